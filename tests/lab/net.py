"""The lab's network and its processes.

Every host is a network namespace whose name starts with "vqlab-"; they are
joined by a bridge in a namespace of its own.  Addresses are private, there is
no way out of the machine, and nothing outside these namespaces is touched.

Every process is started under timeout(1) in a session of its own and is ended
by its own process group.  Lab.close() removes everything, also after a failure.
"""
import contextlib
import fcntl
import os
import pty
import re
import shutil
import signal
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OUT = os.environ.get('VOIPQOS_LAB_OUT', os.path.join(ROOT, 'build', 'lab'))
PREFIX = 'vqlab-'
LOCK = '/tmp/vqlab-own.lock'

ADDR = {'pbx': '10.20.30.2', 'stun': '10.20.30.3', 'anna': '10.20.30.11', 'bert': '10.20.30.12',
        'carl': '10.20.30.13', 'dora': '10.20.30.14', 'dead': '10.20.30.99',
        'router': '10.20.30.70', 'uplink': '10.20.30.71', 'home': '192.168.50.10'}
ADDR6 = {'anna': 'fd20:30::11', 'bert': 'fd20:30::12'}
ROUTER_INSIDE = '192.168.50.1'
IMPAIR_LIMIT = 80           # seconds; longer than any scenario


class LabError(Exception):
    """The lab could not do what the scenario asked for."""


def run(*argv, check=True):
    """Run a command to its end; its output.  Text as one argument is split at blanks."""
    argv = argv[0].split() if len(argv) == 1 else list(argv)
    r = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    if check and r.returncode:
        raise LabError(f'{" ".join(argv)}: {r.stderr.strip()}')
    return r.stdout


def package(name):
    """'name version' of an installed Debian package."""
    return run('dpkg-query', '-W', '-f', '${Package} ${Version}', name)


class Process:
    """One bounded child in a namespace, with its output collected."""

    def __init__(self, lab, name, host, argv, limit=80, tty=False, env=None):
        self.name, self.text = name, ''
        # Names must fail at once (no resolver can be reached), and the machine's
        # own name must stay out of the recordings: hence a private /etc/hosts,
        # /etc/resolv.conf and host name.
        setup = (f'mount --bind {lab.work}/resolv.conf /etc/resolv.conf && '
                 f'mount --bind {lab.work}/hosts /etc/hosts && hostname {host} && exec "$@"')
        argv = ['timeout', '--foreground', '-k', '2', str(limit), 'ip', 'netns', 'exec', PREFIX + host,
                'unshare', '--uts', 'sh', '-c', setup, 'sh'] + argv
        full_env = {k: v for k, v in os.environ.items() if not k.lower().endswith('_proxy')}
        full_env.update({'HOME': lab.work, 'LC_ALL': 'C', **(env or {})})
        if tty:                 # baresip reads its commands from a terminal only
            master, slave = pty.openpty()
            self.child = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave,
                                          start_new_session=True, env=full_env, cwd=lab.work)
            os.close(slave)
            self.rfd = self.wfd = master
        else:
            self.child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                          stderr=subprocess.STDOUT, start_new_session=True,
                                          env=full_env, cwd=lab.work)
            self.wfd, self.rfd = self.child.stdin.fileno(), self.child.stdout.fileno()
        self.log = open(f'{lab.work}/{name}.log', 'w', encoding='utf-8')
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        lab.processes.append(self)

    def _read(self):
        while True:
            try:
                data = os.read(self.rfd, 65536)
            except OSError:
                return
            if not data:
                return
            text = data.decode('utf-8', 'replace')
            self.text += text
            self.log.write(text)
            self.log.flush()

    def send(self, text):
        os.write(self.wfd, text.encode())

    def wait_for(self, pattern, seconds=10, since=0):
        """Wait until the output holds PATTERN (after the first SINCE characters)."""
        end = time.monotonic() + seconds
        while True:
            if re.search(pattern, self.text[since:]):
                return
            if time.monotonic() > end or self.child.poll() is not None:
                time.sleep(0.1)
                if re.search(pattern, self.text[since:]):
                    return
                raise LabError(f'{self.name}: no {pattern!r}; its last words: {self.text[-400:]!r}')
            time.sleep(0.02)

    def stop(self, sig=signal.SIGTERM, seconds=4):
        if self.child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, sig)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.child.pid, signal.SIGKILL)
                self.child.wait(2)
        self.reader.join(1)
        self.log.close()


class Lab:
    """Namespaces, links, captures and relays of one scenario."""

    def __init__(self, name, seed):
        self.name, self.seed = name, seed
        self.work = f'/tmp/vqlab-own/{name}'
        self.namespaces, self.processes, self.captures, self.relays = [], [], [], []
        self.software = {}
        self.keys = f'{OUT}/{name}.keys'               # of TLS, if the scenario has any
        self.lock = open(LOCK, 'w', encoding='ascii')
        fcntl.flock(self.lock, fcntl.LOCK_EX)          # one lab at a time
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)
        os.makedirs(OUT, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.keys)
        self._write('resolv.conf', 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
        self._write('hosts', '127.0.0.1 localhost\n' + ''.join(f'{a} {n}\n' for n, a in ADDR.items()))

    def start(self):
        self.namespace('switch')
        run(f'ip -n {PREFIX}switch link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0')
        run(f'ip -n {PREFIX}switch link set br0 up')

    def _write(self, name, text):
        with open(os.path.join(self.work, name), 'w', encoding='utf-8') as f:
            f.write(text)

    # ------------------------------------------------------------- topology
    def ip(self, host, args):
        return run(f'ip -n {PREFIX}{host} {args}')

    def inside(self, host, *argv, check=True):
        return run('ip', 'netns', 'exec', PREFIX + host, *argv, check=check)

    def namespace(self, host, ipv6=False):
        run(f'ip netns del {PREFIX}{host}', check=False)
        run(f'ip netns add {PREFIX}{host}')
        self.namespaces.append(host)
        # no router solicitations, no duplicate address detection: nothing but calls on the wire
        for key, value in (('disable_ipv6', 0 if ipv6 else 1), ('accept_dad', 0), ('accept_ra', 0),
                           ('router_solicitations', 0), ('autoconf', 0)):
            for scope in ('all', 'default'):
                self.inside(host, 'sysctl', '-qw', f'net.ipv6.conf.{scope}.{key}={value}', check=False)
        self.ip(host, 'link set lo up')

    def link(self, host1, if1, host2, if2, mac=None):
        run(f'ip link add {if1} netns {PREFIX}{host1} {"address " + mac if mac else ""} '
            f'type veth peer name {if2} netns {PREFIX}{host2}')
        for host, name in ((host1, if1), (host2, if2)):
            # without this the kernel leaves checksums and segmentation to a
            # card that does not exist, and captures hold wrong checksums
            self.inside(host, 'ethtool', '-K', name, 'tx', 'off', 'rx', 'off', 'gso', 'off',
                        'gro', 'off', 'tso', 'off', check=False)
            self.ip(host, f'link set {name} up')

    def switch_port(self, host, ifname, mac=None):
        self.link(host, ifname, 'switch', 'p-' + host, mac)
        self.ip('switch', f'link set p-{host} master br0')

    def host(self, name, ipv6=False, relay=None, mtu=None):
        """A host on the switch.  relay = (SPEC of what it sends, SPEC of what it
        receives) puts the impairment relay into its link."""
        addr = ADDR[name]
        mac = f'02:00:00:00:00:{int(addr.rsplit(".", 1)[1]):02x}'
        self.namespace(name, ipv6)
        if relay:
            wire = 'wire-' + name
            self.namespace(wire)
            self.link(name, 'eth0', wire, 'w0', mac)
            self.switch_port(wire, 'w1')
            self._relay(name, wire, *relay)
        else:
            self.switch_port(name, 'eth0', mac)
        self.ip(name, f'addr add {addr}/24 dev eth0')
        if mtu:
            self.ip(name, f'link set eth0 mtu {mtu}')
        if ipv6:
            # reports of multicast membership would be stray frames in the captures
            self.inside(name, 'nft', '''
                add table inet filter
                add chain inet filter output { type filter hook output priority 0 ; }
                add rule inet filter output icmpv6 type mld2-listener-report drop''')
            self.ip(name, f'-6 addr add {ADDR6[name]}/64 dev eth0 nodad')
        # linphonec wants a default route; nobody answers at this address
        self.ip(name, 'route add default via 10.20.30.1')

    def _relay(self, name, wire, sent, received):
        exe = os.path.join(OUT, 'impair')
        src = os.path.join(HERE, 'impair.c')
        if not os.path.exists(exe) or os.path.getmtime(exe) < os.path.getmtime(src):
            run('cc', '-std=c11', '-O2', '-Wall', '-Wextra', '-o', exe, src)
        log = f'{OUT}/{self.name}.{name}.relay.jsonl'
        # two relays with one seed would drop the same packet numbers
        seed = self.seed * 100 + len(self.relays)
        argv = [exe, '-a', 'w0', '-b', 'w1', '-s', str(seed), '-o', log, '-t', str(IMPAIR_LIMIT)]
        argv += ['-A', sent] if sent else []
        argv += ['-B', received] if received else []
        p = Process(self, 'relay-' + name, wire, argv, limit=IMPAIR_LIMIT + 5)
        p.wait_for('ready', 5)
        self.processes.remove(p)                       # ended last
        self.relays.append((p, log))

    def router(self):
        """A home router: masquerades 'home' behind its outer address."""
        self.namespace('router')
        self.switch_port('router', 'out0', '02:00:00:00:00:46')
        self.ip('router', f'addr add {ADDR["router"]}/24 dev out0')
        self.namespace('home')
        self.link('home', 'eth0', 'router', 'in0', '02:00:00:00:01:0a')
        self.ip('router', f'addr add {ROUTER_INSIDE}/24 dev in0')
        self.ip('home', f'addr add {ADDR["home"]}/24 dev eth0')
        self.ip('home', f'route add default via {ROUTER_INSIDE}')
        self.inside('router', 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
        # The drop rule matters: an early packet from outside would otherwise take
        # the connection tracking entry and move the phone's stream to another port.
        # The port range makes mapped ports differ from the phone's own.
        self.inside('router', 'nft', '''
            add table inet filter
            add chain inet filter input { type filter hook input priority 0 ; }
            add rule inet filter input iifname out0 ct state new drop
            add table ip nat
            add chain ip nat post { type nat hook postrouting priority 100 ; }
            add rule ip nat post oifname out0 ip protocol udp masquerade to :61000-61999''')

    def branch(self):
        """'home' as a branch office that is routed, not hidden: its router has two uplinks to the switch."""
        self.namespace('router')
        for i, name in enumerate(('out0', 'out1')):
            self.link('router', name, 'switch', f'p-uplink{i}', f'02:00:00:00:00:{0x46 + i:02x}')
            self.ip('switch', f'link set p-uplink{i} master br0')
        # both uplinks lead into one network: each answers for its own address only
        self.inside('router', 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.arp_ignore=1',
                    'net.ipv4.conf.all.arp_announce=2', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.all.send_redirects=0')
        self.ip('router', f'addr add {ADDR["router"]}/24 dev out0')
        self.ip('router', f'addr add {ADDR["uplink"]}/24 dev out1')
        self.namespace('home')
        self.link('home', 'eth0', 'router', 'in0', '02:00:00:00:01:0a')
        self.ip('router', f'addr add {ROUTER_INSIDE}/24 dev in0')
        self.ip('home', f'addr add {ADDR["home"]}/24 dev eth0')
        self.ip('home', f'route add default via {ROUTER_INSIDE}')

    def route_home(self, hosts, via):
        for host in hosts:
            self.ip(host, f'route replace {ADDR["home"]}/32 via {ADDR[via]}')

    def fail_uplink(self, hosts, seconds):
        """The first uplink goes dead; after SECONDS the routers have noticed, and everything takes the second one."""
        self.ip('switch', 'link set p-uplink0 down')
        time.sleep(seconds)
        self.ip('router', 'link set out0 down')
        self.route_home(hosts, 'uplink')

    def forbid_media(self, source):
        """The router's firewall lets no media of one host in: UDP other than SIP comes back as an ICMP error."""
        self.inside('router', 'nft', f'''
            add table inet filter
            add chain inet filter forward {{ type filter hook forward priority 0 ; }}
            add rule inet filter forward iifname out0 ip saddr {ADDR[source]} udp dport != 5060 reject with icmp type admin-prohibited''')

    def second_uplink(self):
        """What the branch sends takes the second uplink from now on, without a gap; its provider trusts no markings."""
        self.inside('router', 'nft', '''
            add table ip mangle
            add chain ip mangle post { type filter hook postrouting priority -150 ; }
            add rule ip mangle post oifname out1 ip dscp set cs0''')
        self.ip('router', f'route replace 10.20.30.0/24 dev out1 src {ADDR["uplink"]}')

    def dead_host(self):
        """Answers ARP, then swallows every packet without an ICMP error."""
        self.host('dead')
        self.inside('dead', 'nft', '''
            add table inet filter
            add chain inet filter input { type filter hook input priority 0 ; policy drop ; }''')

    def wait_udp(self, host, port, seconds=8):
        self._wait_port(host, port, '-lunH', seconds)

    def wait_tcp(self, host, port, seconds=8):
        self._wait_port(host, port, '-ltnH', seconds)

    def _wait_port(self, host, port, options, seconds):
        end = time.monotonic() + seconds
        while f':{port} ' not in self.inside(host, 'ss', options):
            if time.monotonic() > end:
                raise LabError(f'nobody listens on port {port} at {host}')
            time.sleep(0.05)

    # ------------------------------------------------------------- captures
    def capture(self, host, ifname='eth0', suffix='', linktype=None):
        path = f'{OUT}/{self.name}{suffix}.pcap'
        argv = ['tcpdump', '-Z', 'root', '-n', '-U', '-B', '8192', '-i', ifname, '-w', path]
        argv += ['-y', linktype] if linktype else []
        p = Process(self, 'capture' + suffix, host, argv)
        p.wait_for('listening on', 5)
        time.sleep(0.2)
        self.processes.remove(p)                       # ended by finish()
        self.captures.append((p, path))

    def finish(self):
        """End the captures first (phones that are told to end remove their
        registrations, which is not part of the scenario), then all others."""
        time.sleep(0.3)
        for p, path in self.captures:
            p.stop(signal.SIGINT)
            m = re.search(r'(\d+) packets dropped by kernel', p.text)
            if not m or m.group(1) != '0':
                raise LabError(f'{path}: tcpdump lost packets: {p.text[-200:]!r}')
        for p in reversed(self.processes):
            p.stop()
        self.processes = []
        for p, _ in self.relays:
            p.stop()
            if len(re.findall(r'kernel_drops 0\b', p.text)) != 2:
                raise LabError(f'relay: {p.text[-200:]!r}')

    def close(self):
        everything = self.processes + [c[0] for c in self.captures] + [r[0] for r in self.relays]
        for p in everything:
            with contextlib.suppress(Exception):
                p.stop()
        for name in self.namespaces:
            run(f'ip netns del {PREFIX}{name}', check=False)
        self.namespaces = []
        self.lock.close()
