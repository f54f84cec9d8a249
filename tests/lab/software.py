"""The SIP software of the lab: two kinds of phones and the servers.

Passwords here are invented and valid nowhere but in this lab.
"""
import os
import time

from net import ADDR, HERE, LabError, Process, package, run

PASSWORD = {name: 'lab-' + name for name in ('anna', 'bert', 'carl', 'dora', 'trunk')}
REALM = 'lab.example'
WEBSOCKET_PORT = 8080
TEXT = {'anna': ('en-us', 'Hello Bert, this is Anna. I am calling to test the line. One, two, three, four, five.'),
        'bert': ('en-gb', 'Hello Anna, Bert speaking. I can hear you well. Please go on, the line is good.'),
        'carl': ('en-us', 'This is Carl. Thank you for the call, I have the papers here on my desk.'),
        'dora': ('en-gb', 'Dora here. Nobody else was in the office, so I took the call.'),
        'trunk': ('en-us', 'This is the trunk line.')}


def speech(lab, who, pause=0.4):
    """Half a minute of synthetic speech with pauses, so that payloads are not constant."""
    path = f'{lab.work}/{who}.wav'
    voice, text = TEXT[who]
    run('espeak-ng', '-v', voice, '-s', '140', '-w', path + '.raw.wav', text)
    run('sox', path + '.raw.wav', '-r', '8000', '-c', '1', '-b', '16', path,
        'gain', '-6', 'pad', '0.2', str(pause), 'repeat', '9', 'trim', '0', '30')
    return path


def baresip_config(lab, name, address, source, modules, accounts, apps=('contact', 'menu'), codecs=('PCMU/8000/1',),
                   cert=None):
    """Write a baresip configuration directory."""
    conf = f'{lab.work}/baresip-{name}'
    os.makedirs(conf)
    lines = ['poll_method epoll', f'sip_listen {address}:5060', 'call_local_timeout 60',
             f'audio_source {source}', 'audio_player aubridge,out', 'audio_alert aubridge,alert',
             'ausrc_srate 8000', 'auplay_srate 8000', 'ausrc_channels 1', 'auplay_channels 1',
             'rtp_tos 184', 'rtp_ports 16384-16484', 'rtcp_mux no', 'jitter_buffer_delay 5-10',
             'ringback_disabled yes', 'menu_bell no', 'module_path /usr/lib/baresip/modules']
    lines += [f'sip_certificate {cert}'] if cert else []
    lines += [f'module {m}.so' for m in ('stdio', 'g711', 'aufile', 'aubridge', *modules)]
    lines += ['module_tmp uuid.so', 'module_tmp account.so'] + [f'module_app {m}.so' for m in apps]
    for file, text in (('config', lines), ('contacts', []),
                       ('accounts', [a + f';audio_codecs={",".join(codecs)};ptime=20' for a in accounts])):
        with open(f'{conf}/{file}', 'w', encoding='ascii') as f:
            f.write(''.join(line + '\n' for line in text))
    return conf


class Baresip:
    """A baresip phone, driven through its terminal."""

    def __init__(self, lab, host, user, address=None, server=None, password=None, register=True,
                 answer='auto', modules=(), account='', transport=None, codecs=('PCMU/8000/1',)):
        address = address or ADDR[host]
        shown = f'[{address}]' if ':' in address else address
        domain = server or (ADDR['pbx'] if register else shown)
        conf = baresip_config(
            lab, user, shown, f'aufile,{speech(lab, user)}', modules,
            [f'<sip:{user}@{domain}{";transport=" + transport if transport else ""}>;auth_user={user}'
             f';auth_pass={password or PASSWORD[user]}'
             f';regint={300 if register else 0};answermode={answer}{account}'], codecs=codecs,
            cert=certificate(lab) if transport == 'tls' else None)
        lab.software['phone ' + user] = package('baresip-core')
        self.mark = 0
        self.process = Process(lab, 'phone-' + user, host,
                               ['baresip', '-f', conf, '-6' if ':' in address else '-4'], tty=True)
        self.process.wait_for('baresip is ready', 8)
        if register and server is None and password is None:
            self.process.wait_for('200 OK', 8)

    def dial(self, uri):
        self.mark = len(self.process.text)
        self.process.send(f'/dial {uri}\n')

    def wait_established(self, seconds=12):
        self.process.wait_for('[Cc]all established', seconds, self.mark)

    def wait_closed(self, seconds=15):
        self.process.wait_for('session closed|[Cc]all with .* terminated', seconds, self.mark)

    def wait_ringing(self, seconds=8):
        self.process.wait_for('ncoming call', seconds)

    def key(self, keys):
        """Single keys: b hang up or reject, x hold, X resume, digits DTMF."""
        self.process.send(keys)

    def hang_up(self):
        self.key('b')

    def quit(self):
        """Leave as a user would; a registered phone removes its registration."""
        self.key('q')
        self.process.wait_for('Quit', 5)
        time.sleep(1.2)


class Linphone:
    """A linphonec phone; it answers every call by itself."""

    CODECS = ('PCMU/8000', 'PCMA/8000', 'opus/48000', 'speex/8000', 'speex/16000', 'GSM/8000',
              'G722/8000', 'G729/8000', 'iLBC/8000', 'BV16/8000', 'L16/44100')

    def __init__(self, lab, host, user, register=True, transport='udp', expires=300, keepalive_ms=60000,
                 codec='PCMU/8000', pause=0.4):
        conf = f'{lab.work}/linphone-{user}'
        os.makedirs(conf + '/.local/share/linphone')
        os.makedirs(conf + '/linphone')
        wav, server = speech(lab, user, pause), ADDR['pbx']
        rc = [('sip', {'sip_port': 5060 if transport == 'udp' else 0, 'sip_tcp_port': 5060 if transport == 'tcp' else 0,
                       'sip_tls_port': 0, 'default_proxy': 0,
                       'guess_hostname': 1, 'register_only_when_network_is_up': 0, 'use_ipv6': 0,
                       'auto_net_state_mon': 0, 'keepalive_period': keepalive_ms}),
              ('proxy_0', {'reg_proxy': f'<sip:{server};transport={transport}>', 'reg_identity': f'sip:{user}@{server}',
                           'reg_expires': expires, 'reg_sendregister': int(register), 'publish': 0}),
              ('auth_info_0', {'username': user, 'userid': user, 'passwd': PASSWORD[user],
                               'realm': f'"{REALM}"'}),
              ('rtp', {'audio_rtp_port': 7078, 'audio_jitt_comp': 60}),
              ('sound', {'echocancellation': 0, 'agc': 0}),
              ('video', {'enabled': 0})]
        for i, known in enumerate(self.CODECS):
            mime, rate = known.split('/')
            rc.append((f'audio_codec_{i}', {'mime': mime, 'rate': rate, 'enabled': int(known == codec),
                                            'channels': 2 if mime == 'opus' else 1}))
        with open(conf + '/rc', 'w', encoding='ascii') as f:
            for section, values in rc:
                f.write(f'[{section}]\n' + ''.join(f'{k}={v}\n' for k, v in values.items()))
        lab.software['phone ' + user] = package('linphone-cli')
        self.process = Process(lab, 'phone-' + user, host, ['linphonec', '-a', '-c', conf + '/rc'],
                               env={'HOME': conf, 'XDG_CONFIG_HOME': conf, 'XDG_DATA_HOME': conf})
        self.process.wait_for('linphonec>', 8)
        self.command('soundcard use files')
        self.command('play ' + wav)
        if register:
            self._wait_registered()

    def command(self, text):
        self.process.send(text + '\n')
        time.sleep(0.05)

    def _wait_registered(self):
        for _ in range(20):
            self.command('status register')
            time.sleep(0.3)
            if 'registered, identity=' in self.process.text:
                return
        raise LabError('linphonec did not register')

    def hang_up(self):
        self.command('terminate')

    def quit(self):
        self.command('unregister')
        time.sleep(1)
        self.command('quit')
        time.sleep(1)


def certificate(lab):
    """A key and a certificate for it, signed by itself, in one file."""
    path = f'{lab.work}/certificate.pem'
    if not os.path.exists(path):
        run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
            '-subj', '/CN=lab.example', '-keyout', path + '.key', '-out', path + '.cert')
        with open(path, 'w', encoding='ascii') as f:
            for part in ('.key', '.cert'):
                with open(path + part, encoding='ascii') as p:
                    f.write(p.read())
    return path


def keylog_shim(lab):
    """Preloaded, it makes the PBX write the secrets of its TLS connections (see keylog.c)."""
    path = f'{lab.work}/keylog.so'
    run('cc', '-std=gnu11', '-O2', '-Wall', '-Wextra', '-shared', '-fPIC', '-o', path, HERE + '/keylog.c', '-lssl', '-ldl')
    return path


def kamailio(lab, *defines, ring_seconds=30, tls=None):
    """Registrar and proxy.  WITH_MEDIA sends all media through rtpengine; the others: see kamailio.cfg."""
    argv = ['kamailio', '-DD', '-E', '-f', HERE + '/kamailio.cfg', '-m', '64', '-M', '8',
            '-w', lab.work, '-Y', lab.work, '-l', f'udp:{ADDR["pbx"]}:5060',
            '-A', f'RING_MS={ring_seconds * 1000}']
    for d in defines:
        argv += ['-A', d]
    if 'WITH_TCP' in defines:
        argv += ['-l', f'tcp:{ADDR["pbx"]}:5060']
    if 'WITH_WEBSOCKET' in defines:
        argv += ['-l', f'tcp:{ADDR["pbx"]}:{WEBSOCKET_PORT}']
    if 'WITH_QUALIFY' in defines:
        with open(f'{lab.work}/gateways', 'w', encoding='ascii') as f:
            f.write(''.join(f'1 sip:{host}@{ADDR[host]}:5060\n' for host in ('bert', 'dead')))
        argv += ['-A', f'GATEWAYS="{lab.work}/gateways"']
    env = {}
    if tls:
        argv += ['-l', f'tls:{ADDR["pbx"]}:5061', '-A', f'WITH_TLS="{tls}"', '-A', f'CERTIFICATE="{certificate(lab)}"']
        env = {'LD_PRELOAD': keylog_shim(lab), 'VQLAB_KEYLOG': lab.keys}
        lab.software['TLS'] = package('kamailio-tls-modules')
    Process(lab, 'kamailio', 'pbx', argv, env=env)
    lab.wait_udp('pbx', 5060)
    if tls:
        lab.wait_tcp('pbx', 5061)
    time.sleep(0.3)
    lab.software['server'] = package('kamailio')


def rtpengine(lab):
    """The media relay.  -t -1: without its kernel module."""
    Process(lab, 'rtpengine', 'pbx',
            ['rtpengine', '--config-file=none', '-f', '-E', '-L', '5', '-t', '-1', '-i', ADDR['pbx'],
             '-n', '127.0.0.1:2223', '-m', '30000', '-M', '30100', '--num-threads=2', '--tos=184'])
    lab.wait_udp('pbx', 2223)
    time.sleep(0.3)
    lab.software['media relay'] = package('rtpengine-daemon')


def coturn(lab):
    """A STUN server."""
    Process(lab, 'coturn', 'stun',
            ['turnserver', '-n', '--stun-only', '-L', ADDR['stun'], '-p', '3478', '--no-tls', '--no-dtls',
             '--no-cli', '--no-tcp', '--log-file=stdout', '--pidfile', lab.work + '/turn.pid',
             '--userdb', lab.work + '/turndb'])
    lab.wait_udp('stun', 3478)
    time.sleep(0.3)
    lab.software['STUN server'] = package('coturn')


def b2bua(lab):
    """A back-to-back user agent: every call to it becomes a second call to Bert."""
    address = ADDR['pbx']
    conf = baresip_config(lab, 'b2bua', address, 'aubridge,out', (),
                          [f'<sip:in@{address}>;regint=0;answermode=manual;b2bua=inbound',
                           f'<sip:out@{address}>;regint=0;b2bua=outbound;outbound="sip:{ADDR["bert"]}"'],
                          ('contact', 'menu', 'b2bua'))
    process = Process(lab, 'b2bua', 'pbx', ['baresip', '-f', conf, '-4'], tty=True)
    process.wait_for('baresip is ready', 8)
    lab.software['server'] = package('baresip-core')


def sipp(lab, host, script):
    """A scripted callee; SPEECH in the script becomes a file of u-law speech."""
    speech_file = f'{lab.work}/speech.ul'
    run('sox', speech(lab, 'bert'), '-t', 'ul', speech_file)
    with open(f'{HERE}/{script}', encoding='utf-8') as f:
        text = f.read().replace('SPEECH', speech_file)
    with open(f'{lab.work}/{script}', 'w', encoding='utf-8') as f:
        f.write(text)
    Process(lab, 'sipp', host, ['sipp', '-sf', f'{lab.work}/{script}', '-nostdin', '-i', ADDR[host],
                                '-p', '5060', '-m', '1', '-timeout', '60'])
    lab.wait_udp(host, 5060)
    lab.software['callee'] = package('sip-tester')


class WebPhone:
    """A phone that speaks SIP over WebSocket, as browsers do (wsphone.py): it registers, calls and hangs up."""

    def __init__(self, lab, host, user, callee, seconds):
        raw = f'{lab.work}/{user}.ul'
        run('sox', speech(lab, user), '-t', 'ul', raw)
        lab.software['phone ' + user] = 'wsphone.py'
        self.process = Process(lab, 'phone-' + user, host,
                               ['python3', f'{HERE}/wsphone.py', ADDR[host], f'{ADDR["pbx"]}:{WEBSOCKET_PORT}', user,
                                PASSWORD[user], callee, str(seconds), raw])

    def wait_done(self, seconds):
        self.process.wait_for('done', seconds)
