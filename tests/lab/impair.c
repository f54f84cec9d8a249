/*
 * impair - a transparent layer-2 relay between two interfaces that damages RTP
 * in a known way.  It exists because not every kernel has the netem queueing
 * discipline, and because a test needs more than "about 5 % loss": every packet
 * that enters is logged with what became of it, so that the truth about a
 * recording is known to the packet.
 *
 *   impair -a IFA -b IFB -o LOG -s SEED -t SECONDS [-A SPEC] [-B SPEC]
 *
 * -A damages packets that enter on IFA (and leave on IFB), -B the reverse.
 * SPEC is a comma-separated list of
 *   loss=PCT       drop at random
 *   delay=MS       constant delay
 *   jitter=MS      further delay, uniform between 0 and MS (packets may overtake)
 *   late=PCT:MS    that share of the packets is held back MS longer
 *   dup=PCT:MS     send that share twice, the copy 0 to MS after the first
 * Only RTP is damaged: signalling, RTCP, STUN and ARP pass at once, so that a
 * call always comes about and reports arrive.
 *
 * The decisions for packet number i of a stream follow from SEED, the direction
 * and the stream's rank of appearance alone, never from time.  The same seed
 * therefore drops the same packet numbers on every run.
 *
 * LOG has one JSON object per line.  The first two lines name the SPEC of each
 * direction; then there is one line per RTP packet:
 *   dir (ab|ba), src, dst, ssrc, pt, seq, ts, act (drop|send|dup), in and out
 *   (seconds since the epoch; out is absent for dropped packets).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

enum { FRAME_MAX = 2048, QUEUE_MAX = 4096, STREAM_MAX = 64, ADDR_LEN = 64 };

static const int64_t NS = 1000000000;

struct spec {
	double loss, delay, jitter, late, late_ms, dup, dup_ms;
};

struct rtp {
	char src[ADDR_LEN], dst[ADDR_LEN];
	uint32_t ssrc, ts;
	uint16_t seq;
	uint8_t pt;
	bool valid;
};

struct stream {
	char src[ADDR_LEN], dst[ADDR_LEN];
	uint32_t ssrc;
	uint64_t random;
};

struct side {
	const char *name;
	struct spec spec;
	struct stream stream[STREAM_MAX];
	unsigned nstream;
	int fd;		/* where packets of this direction come in */
	int out_fd;	/* where they leave */
};

struct item {
	int64_t due, in;
	uint64_t order;	/* keeps packets that are due at the same time in order */
	struct rtp rtp;
	const struct side *side;
	const char *act;
	size_t len;
	uint8_t frame[FRAME_MAX];
};

static struct item *queue[QUEUE_MAX];
static size_t nqueue;
static uint64_t order;
static FILE *logfile;
static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t ns_of(const struct timespec *t)
{
	return (int64_t)t->tv_sec * NS + t->tv_nsec;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return ns_of(&t);
}

/* ------------------------------------------------------------------ random */

/* splitmix64: small, and good enough for a few draws per packet */
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static double random_unit(uint64_t *state)
{
	return (double)(random_next(state) >> 11) * 0x1.0p-53;
}

/* ------------------------------------------------------------------- queue */

static bool item_before(const struct item *a, const struct item *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void queue_push(struct item *it)
{
	size_t i = nqueue++;

	while (i > 0 && item_before(it, queue[(i - 1) / 2])) {
		queue[i] = queue[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	queue[i] = it;
}

static struct item *queue_pop(void)
{
	struct item *top = queue[0], *last = queue[--nqueue];
	size_t i = 0;

	for (;;) {
		size_t c = 2 * i + 1;

		if (c >= nqueue)
			break;
		if (c + 1 < nqueue && item_before(queue[c + 1], queue[c]))
			c++;
		if (!item_before(queue[c], last))
			break;
		queue[i] = queue[c];
		i = c;
	}
	queue[i] = last;
	return top;
}

/* --------------------------------------------------------------- classifier */

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void format_addr(char *out, int family, const uint8_t *addr, uint16_t port)
{
	char ip[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family, addr, ip, sizeof ip);
	snprintf(out, ADDR_LEN, family == AF_INET6 ? "[%s]:%u" : "%s:%u", ip, port);
}

/* Find RTP in an Ethernet frame.  A lab knows its traffic, so the first byte,
 * an RTCP check on the second and "not the SIP port" are enough. */
static struct rtp classify(const uint8_t *f, size_t len)
{
	struct rtp r = { .valid = false };
	const uint8_t *src, *dst;
	size_t off;
	int family;

	if (len >= 34 && get16(f + 12) == ETH_P_IP) {
		off = 14 + (size_t)(f[14] & 15) * 4;
		if (f[23] != IPPROTO_UDP || (get16(f + 20) & 0x1fff) != 0)
			return r;
		family = AF_INET;
		src = f + 26;
		dst = f + 30;
	} else if (len >= 54 && get16(f + 12) == ETH_P_IPV6) {
		off = 54;
		if (f[20] != IPPROTO_UDP)
			return r;
		family = AF_INET6;
		src = f + 22;
		dst = f + 38;
	} else {
		return r;
	}
	if (len < off + 20)
		return r;

	uint16_t sport = get16(f + off), dport = get16(f + off + 2);
	const uint8_t *p = f + off + 8;

	if (sport == 5060 || dport == 5060 || (p[0] & 0xc0) != 0x80)
		return r;
	if (p[1] >= 192 && p[1] <= 223)	/* RTCP */
		return r;
	format_addr(r.src, family, src, sport);
	format_addr(r.dst, family, dst, dport);
	r.pt = p[1] & 0x7f;
	r.seq = get16(p + 2);
	r.ts = get32(p + 4);
	r.ssrc = get32(p + 8);
	r.valid = true;
	return r;
}

/* -------------------------------------------------------------------- relay */

static struct stream *find_stream(struct side *s, uint64_t seed, const struct rtp *r)
{
	struct stream *st;

	for (unsigned i = 0; i < s->nstream; i++) {
		st = &s->stream[i];
		if (st->ssrc == r->ssrc && strcmp(st->src, r->src) == 0 &&
		    strcmp(st->dst, r->dst) == 0)
			return st;
	}
	if (s->nstream == STREAM_MAX) {
		fprintf(stderr, "impair: more than %d streams\n", STREAM_MAX);
		exit(1);
	}
	st = &s->stream[s->nstream];
	memcpy(st->src, r->src, sizeof st->src);
	memcpy(st->dst, r->dst, sizeof st->dst);
	st->ssrc = r->ssrc;
	st->random = seed * 1000003 + s->nstream * 104729 + (uint64_t)s->name[0];
	s->nstream++;
	return st;
}

static void log_packet(const struct side *s, const struct rtp *r, const char *act,
		       int64_t in, int64_t out)
{
	if (!r->valid)
		return;
	fprintf(logfile, "{\"dir\":\"%s\",\"src\":\"%s\",\"dst\":\"%s\",\"ssrc\":\"0x%08X\","
		"\"pt\":%u,\"seq\":%u,\"ts\":%u,\"act\":\"%s\",\"in\":%lld.%09lld",
		s->name, r->src, r->dst, r->ssrc, r->pt, r->seq, r->ts, act,
		(long long)(in / NS), (long long)(in % NS));
	if (out)
		fprintf(logfile, ",\"out\":%lld.%09lld", (long long)(out / NS),
			(long long)(out % NS));
	fputs("}\n", logfile);
}

static void enqueue(const struct side *s, const uint8_t *frame, size_t len,
		    const struct rtp *r, const char *act, int64_t in, double delay_ms)
{
	struct item *it = malloc(sizeof *it);

	if (!it || nqueue == QUEUE_MAX) {
		fprintf(stderr, "impair: queue full\n");
		exit(1);
	}
	it->due = in + (int64_t)(delay_ms * 1e6);
	it->in = in;
	it->order = order++;
	it->rtp = *r;
	it->side = s;
	it->act = act;
	it->len = len;
	memcpy(it->frame, frame, len);
	queue_push(it);
}

static void handle(struct side *s, uint64_t seed, const uint8_t *frame, size_t len, int64_t in)
{
	struct rtp r = classify(frame, len);

	if (!r.valid) {
		enqueue(s, frame, len, &r, "send", in, 0);
		return;
	}

	/* always the same number of draws, so that changing one parameter does
	 * not change what happens to the packets through the others */
	uint64_t *rnd = &find_stream(s, seed, &r)->random;
	double u_loss = random_unit(rnd), u_jitter = random_unit(rnd);
	double u_late = random_unit(rnd), u_dup = random_unit(rnd);
	const struct spec *sp = &s->spec;
	double delay = sp->delay + u_jitter * sp->jitter;

	if (u_loss * 100 < sp->loss) {
		log_packet(s, &r, "drop", in, 0);
		return;
	}
	if (u_late * 100 < sp->late)
		delay += sp->late_ms;
	enqueue(s, frame, len, &r, "send", in, delay);
	/* below the threshold the draw is uniform again: it also places the copy */
	if (u_dup * 100 < sp->dup)
		enqueue(s, frame, len, &r, "dup", in,
			delay + u_dup * 100 / sp->dup * sp->dup_ms);
}

static void send_due(void)
{
	while (nqueue > 0 && queue[0]->due <= now_ns()) {
		struct item *it = queue_pop();

		if (send(it->side->out_fd, it->frame, it->len, 0) < 0)
			die("impair: send");
		log_packet(it->side, &it->rtp, it->act, it->in, now_ns());
		free(it);
	}
}

/* Take in what waits on one interface.  The kernel's time stamp is used, not
 * the time of reading: a stall of this process must not look like less delay. */
static void receive(struct side *s, uint64_t seed)
{
	union {
		char buf[256];
		struct cmsghdr align;
	} ctl;
	uint8_t frame[FRAME_MAX];

	for (int i = 0; i < 64; i++) {
		struct iovec iov = { frame, sizeof frame };
		struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1,
				     .msg_control = ctl.buf, .msg_controllen = sizeof ctl.buf };
		ssize_t n = recvmsg(s->fd, &mh, MSG_DONTWAIT);
		int64_t in = now_ns();

		if (n <= 0)
			return;
		if (mh.msg_flags & MSG_TRUNC) {
			fprintf(stderr, "impair: frame longer than %d\n", FRAME_MAX);
			exit(1);
		}
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&mh); c; c = CMSG_NXTHDR(&mh, c)) {
			if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
				struct timespec t;

				memcpy(&t, CMSG_DATA(c), sizeof t);
				in = ns_of(&t);
			}
		}
		handle(s, seed, frame, (size_t)n, in);
	}
}

/* -------------------------------------------------------------------- setup */

static int open_interface(const char *name)
{
	int one = 1, buf = 4 << 20, fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	unsigned index = if_nametoindex(name);
	struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				 .sll_ifindex = (int)index };
	struct packet_mreq mr = { .mr_ifindex = (int)index, .mr_type = PACKET_MR_PROMISC };

	if (fd < 0 || index == 0)
		die(name);
	/* without this the relay would read back what it sends itself */
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) < 0)
		die("PACKET_IGNORE_OUTGOING");
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buf, sizeof buf);
	setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr, sizeof mr);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) < 0)
		die(name);
	return fd;
}

static void parse_spec(struct spec *s, char *text)
{
	for (char *t = strtok(text, ","); t; t = strtok(NULL, ",")) {
		double v = 0, w = 0;
		char key[16] = "";
		int n = sscanf(t, "%15[a-z]=%lf:%lf", key, &v, &w);

		if (n == 2 && strcmp(key, "loss") == 0) {
			s->loss = v;
		} else if (n == 2 && strcmp(key, "delay") == 0) {
			s->delay = v;
		} else if (n == 2 && strcmp(key, "jitter") == 0) {
			s->jitter = v;
		} else if (n == 3 && strcmp(key, "late") == 0) {
			s->late = v;
			s->late_ms = w;
		} else if (n == 3 && strcmp(key, "dup") == 0) {
			s->dup = v;
			s->dup_ms = w;
		} else {
			fprintf(stderr, "impair: bad specification: %s\n", t);
			exit(2);
		}
	}
}

static void run(struct side side[2], uint64_t seed, int64_t end)
{
	while (!stop && now_ns() < end) {
		send_due();

		int64_t wait = NS / 5;

		if (nqueue > 0 && queue[0]->due - now_ns() < wait)
			wait = queue[0]->due - now_ns();
		if (wait < 0)
			wait = 0;

		struct timespec ts = { .tv_sec = 0, .tv_nsec = (long)wait };
		struct pollfd pf[2] = { { side[0].fd, POLLIN, 0 }, { side[1].fd, POLLIN, 0 } };

		if (ppoll(pf, 2, &ts, NULL) < 0 && errno != EINTR)
			die("ppoll");
		receive(&side[0], seed);
		receive(&side[1], seed);
	}
}

int main(int argc, char **argv)
{
	static struct side side[2] = { { .name = "ab" }, { .name = "ba" } };
	const char *ifname[2] = { NULL, NULL }, *log_name = NULL;
	char *spec[2] = { NULL, NULL };
	uint64_t seed = 1;
	int64_t seconds = 60;
	int c;

	while ((c = getopt(argc, argv, "a:b:o:s:t:A:B:")) != -1) {
		switch (c) {
		case 'a': ifname[0] = optarg; break;
		case 'b': ifname[1] = optarg; break;
		case 'o': log_name = optarg; break;
		case 's': seed = strtoull(optarg, NULL, 10); break;
		case 't': seconds = strtoll(optarg, NULL, 10); break;
		case 'A': spec[0] = optarg; break;
		case 'B': spec[1] = optarg; break;
		default: return 2;
		}
	}
	if (!ifname[0] || !ifname[1] || !log_name) {
		fprintf(stderr, "usage: impair -a IF -b IF -o LOG [-s SEED] [-t S] [-A SPEC] [-B SPEC]\n");
		return 2;
	}
	if (!(logfile = fopen(log_name, "w")))
		die(log_name);
	for (int i = 0; i < 2; i++) {
		fprintf(logfile, "{\"dir\":\"%s\",\"spec\":\"%s\"}\n", side[i].name,
			spec[i] ? spec[i] : "");
		if (spec[i])
			parse_spec(&side[i].spec, spec[i]);
	}

	struct sigaction sa = { .sa_handler = on_signal };
	struct sched_param prio = { .sched_priority = 50 };

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	/* best effort: a relay that waits for the processor adds jitter of its own */
	if (sched_setscheduler(0, SCHED_FIFO, &prio) < 0 || mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		fprintf(stderr, "impair: no real-time priority\n");
	for (int i = 0; i < 2; i++)
		side[i].fd = open_interface(ifname[i]);
	side[0].out_fd = side[1].fd;
	side[1].out_fd = side[0].fd;
	fprintf(stderr, "impair: ready\n");
	run(side, seed, now_ns() + seconds * NS);

	/* a receive buffer that overflowed would make the log untrue: say so */
	for (int i = 0; i < 2; i++) {
		struct tpacket_stats st = { 0, 0 };
		socklen_t n = sizeof st;

		if (getsockopt(side[i].fd, SOL_PACKET, PACKET_STATISTICS, &st, &n) == 0)
			fprintf(stderr, "impair: %s packets %u kernel_drops %u\n", ifname[i],
				st.tp_packets, st.tp_drops);
	}
	return fclose(logfile) == 0 ? 0 : 1;
}
