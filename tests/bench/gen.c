/* Writes a capture of generated calls whose truth is known: SIP in front of and behind every call, G.711 both ways.
 *
 * Calls run in slots: slot i places its next call when its last one has ended, so that about --calls are in progress
 * at once. Everything is drawn from a seeded generator: the same options give the same bytes. */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/frame.h"

enum { RTP_HEADER = 12, RTP_PAYLOAD = 160, MAX_FRAME = 2048 };
#define MS         INT64_C(1000) /* times here are microseconds, as in the file */
#define FRAME_TIME (20 * MS)
#define TALK_START (70 * MS) /* the first RTP packet after the INVITE */

struct options {
    double packets, calls, seed, loss_pct, jitter_ms, noise_pct;
    bool sip_only;
    const char *out, *truth;
};

static uint64_t rng;

static double draw_unit(void)
{
    return (double)(draw(&rng) >> 11) / (double)(UINT64_C(1) << 53);
}

/* ---- the capture file -------------------------------------------------------------------------------------------- */

static FILE *out;
static uint64_t written, sip_written, rtp_written, noise_written;

/* A frame whose payload already stands at frame + FRAME_HEADERS. */
static void write_frame(uint8_t *frame, size_t payload, int64_t t, uint32_t src, uint32_t dst, uint16_t sport,
                        uint16_t dport, uint8_t protocol)
{
    uint8_t record[16];
    size_t n = frame_headers(frame, payload, src, dst, sport, dport, protocol);
    pcap_record_header(record, t, n);
    fwrite(record, sizeof record, 1, out);
    fwrite(frame, n, 1, out);
    written++;
}

/* ---- one call ---------------------------------------------------------------------------------------------------- */

struct call {
    uint32_t number;
    bool registration; /* a REGISTER with its challenge instead of a call */
    int64_t start;
    uint32_t ip[2];   /* caller, callee */
    uint16_t port[2]; /* of their RTP */
    uint32_t ssrc[2], ts0[2];
    uint16_t seq0[2];
    uint32_t sent[2];                         /* frames sent, lost ones included */
    uint64_t captured[2], lost[2], unseen[2]; /* unseen: lost since the last captured packet */
    unsigned step;                            /* next SIP message */
    unsigned pending;                         /* event chains of this call that still run */
};

/* A SIP message: `at` is the time after the first one; below zero: that much after the last RTP frame. */
struct step {
    const char *start_line; /* request method, or status line */
    const char *method;     /* of the CSeq */
    unsigned cseq;
    bool from_caller, sdp;
    int64_t at;
};

static const struct step call_steps[] = {
    {"INVITE", "INVITE", 1, true, true, 0},
    {"SIP/2.0 100 Trying", "INVITE", 1, false, false, 5 * MS},
    {"SIP/2.0 180 Ringing", "INVITE", 1, false, false, 30 * MS},
    {"SIP/2.0 200 OK", "INVITE", 1, false, true, 60 * MS},
    {"ACK", "ACK", 1, true, false, 65 * MS},
    {"BYE", "BYE", 2, true, false, -30 * MS},
    {"SIP/2.0 200 OK", "BYE", 2, false, false, -35 * MS},
};
static const struct step register_steps[] = {
    {"REGISTER", "REGISTER", 1, true, false, 0},
    {"SIP/2.0 401 Unauthorized", "REGISTER", 1, false, false, 8 * MS},
    {"REGISTER", "REGISTER", 2, true, false, 12 * MS},
    {"SIP/2.0 200 OK", "REGISTER", 2, false, false, 20 * MS},
};
enum {
    CALL_STEPS = sizeof call_steps / sizeof *call_steps,
    REGISTER_STEPS = sizeof register_steps / sizeof *register_steps
};

static const struct step *steps_of(const struct call *c)
{
    return c->registration ? register_steps : call_steps;
}

static unsigned n_steps_of(const struct call *c)
{
    return c->registration ? REGISTER_STEPS : CALL_STEPS;
}

static const char *ip_text(uint32_t ip, char text[16])
{
    snprintf(text, 16, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    return text;
}

static void call_id(const struct call *c, char text[64])
{
    char ip[16];
    snprintf(text, 64, "%08x-%06" PRIu32 "@%s", c->ssrc[0] ^ 0x5bd1e995u, c->number, ip_text(c->ip[0], ip));
}

static size_t write_sdp(const struct call *c, bool from_caller, char *text, size_t room)
{
    char ip[16];
    int side = from_caller ? 0 : 1;
    ip_text(c->ip[side], ip);
    int n = snprintf(
        text, room,
        "v=0\r\no=- %u %u IN IP4 %s\r\ns=call\r\nc=IN IP4 %s\r\nt=0 0\r\n"
        "m=audio %u RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=maxptime:150\r\na=sendrecv\r\n",
        c->number + 1, c->number + 1, ip, ip, c->port[side]);
    return (size_t)n;
}

static size_t write_message(const struct call *c, const struct step *s, char *text, size_t room)
{
    bool request = strncmp(s->start_line, "SIP/", 4) != 0;
    char id[64], ip[2][16], sdp[512] = "", line[128], to_tag[32] = "", extra[512] = "";
    call_id(c, id);
    ip_text(c->ip[0], ip[0]);
    ip_text(c->ip[1], ip[1]);
    size_t body = s->sdp ? write_sdp(c, s->from_caller, sdp, sizeof sdp) : 0;
    uint32_t callee = c->registration ? c->number : c->number + 500000;
    if (request && c->registration)
        snprintf(line, sizeof line, "REGISTER sip:example.com SIP/2.0");
    else if (request)
        snprintf(line, sizeof line, "%s sip:%u@%s:5060 SIP/2.0", s->start_line, callee, ip[s->from_caller ? 1 : 0]);
    else
        snprintf(line, sizeof line, "%s", s->start_line);
    if (s != &call_steps[0] && s != &call_steps[1] && !(c->registration && request))
        snprintf(to_tag, sizeof to_tag, ";tag=b%08x", c->ssrc[1]);
    if (c->registration && request && s->cseq > 1)
        snprintf(extra, sizeof extra,
                 "Authorization: Digest username=\"%u\", realm=\"example.com\", nonce=\"%08x%08x\", "
                 "uri=\"sip:example.com\", "
                 "response=\"%08x%08x%08x%08x\", algorithm=MD5\r\nExpires: 3600\r\n",
                 c->number, c->ssrc[0], c->ssrc[1], c->ssrc[0], c->ts0[0], c->ssrc[1], c->ts0[1]);
    else if (c->registration && !strncmp(s->start_line, "SIP/2.0 401", 11))
        snprintf(extra, sizeof extra,
                 "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"%08x%08x\", algorithm=MD5\r\n", c->ssrc[0],
                 c->ssrc[1]);
    else if (c->registration)
        snprintf(extra, sizeof extra, "Expires: 3600\r\n");
    else if (s->sdp)
        snprintf(extra, sizeof extra,
                 "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER, UPDATE\r\n"
                 "Supported: replaces, timer, 100rel\r\nAccept: application/sdp\r\nSession-Expires: 1800%s\r\n"
                 "P-Asserted-Identity: <sip:%u@example.com>\r\nContent-Type: application/sdp\r\n",
                 request ? "" : ";refresher=uac", request ? c->number : callee);
    int n = snprintf(text, room,
                     "%s\r\nVia: SIP/2.0/UDP %s:5060;branch=z9hG4bK-%u-%u-%s;rport\r\n%s"
                     "From: \"User %u\" <sip:%u@example.com>;tag=a%08x\r\nTo: <sip:%u@example.com>%s\r\n"
                     "Call-ID: %s\r\nCSeq: %u %s\r\nContact: <sip:%u@%s:5060;transport=udp>\r\n%s"
                     "User-Agent: voipqos-bench/1\r\nContent-Length: %zu\r\n\r\n%s",
                     line, ip[0], c->number, s->cseq, s->method, request ? "Max-Forwards: 70\r\n" : "", c->number,
                     c->number, c->ssrc[0], callee, to_tag, id, s->cseq, s->method,
                     s->from_caller || c->registration ? c->number : callee,
                     ip[s->from_caller || c->registration ? 0 : 1], extra, body, sdp);
    return (size_t)n;
}

static void emit_sip(const struct call *c, int64_t t)
{
    static uint8_t frame[MAX_FRAME];
    const struct step *s = &steps_of(c)[c->step];
    size_t n = write_message(c, s, (char *)frame + FRAME_HEADERS, sizeof frame - FRAME_HEADERS);
    int from = s->from_caller ? 0 : 1;
    write_frame(frame, n, t, c->ip[from], c->ip[1 - from], 5060, 5060, FRAME_UDP);
    sip_written++;
}

static void emit_rtp(struct call *c, int side, int64_t t)
{
    static uint8_t frame[FRAME_HEADERS + RTP_HEADER + RTP_PAYLOAD];
    uint8_t *rtp = frame + FRAME_HEADERS;
    uint32_t k = c->sent[side];
    rtp[0] = 0x80;
    rtp[1] = k == 0 ? 0x80 : 0; /* marker on the first packet of a talk spurt, payload type 0 */
    put_be16(rtp + 2, (c->seq0[side] + k) & 0xffff);
    put_be32(rtp + 4, c->ts0[side] + k * RTP_PAYLOAD);
    put_be32(rtp + 8, c->ssrc[side]);
    memset(rtp + RTP_HEADER, 0xd5, RTP_PAYLOAD);
    write_frame(frame, RTP_HEADER + RTP_PAYLOAD, t, c->ip[side], c->ip[1 - side], c->port[side], c->port[1 - side],
                FRAME_UDP);
    c->captured[side]++;
    rtp_written++;
}

/* Other people's traffic: QUIC-like and DNS-like datagrams and TCP segments from a few thousand flows. */
static void emit_noise(int64_t t)
{
    static uint8_t frame[MAX_FRAME];
    uint64_t r = draw(&rng);
    uint32_t flow = (uint32_t)(r & 4095);
    size_t n = 40 + (size_t)(r >> 12 & 1023);
    uint32_t src = 0xac100000u + flow, dst = 0xc0000200u + (flow & 63);
    uint16_t sport = (uint16_t)(20000 + flow);
    for (size_t i = 0; i < n; i += 8) {
        uint64_t v = draw(&rng);
        memcpy(frame + FRAME_HEADERS + i, &v, 8);
    }
    if (flow % 2) {
        frame[FRAME_HEADERS + 4] = 0x50; /* data offset: five words */
        frame[FRAME_HEADERS + 5] = 0x10; /* ACK */
        write_frame(frame, n, t, src, dst, sport, 443, FRAME_TCP);
    } else if (flow % 8 == 0) {
        static const uint8_t query[29] = {0x12, 0x34, 1,   0,   0,   1, 0,   0,   0,   0, 0, 0, 7, 'e', 'x',
                                          'a',  'm',  'p', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1, 0, 1};
        memcpy(frame + FRAME_HEADERS, query, sizeof query);
        write_frame(frame, sizeof query, t, src, dst, sport, 53, FRAME_UDP);
    } else {
        frame[FRAME_HEADERS] = (uint8_t)(0x40 | (frame[FRAME_HEADERS] & 0x3f)); /* QUIC short header (RFC 9000 17.3) */
        write_frame(frame, n, t, src, dst, sport, 443, FRAME_UDP);
    }
    noise_written++;
}

/* ---- what happens when: a binary heap of the next event of every chain ------------------------------------------- */

enum kind { KIND_SIP, KIND_RTP_CALLER, KIND_RTP_CALLEE };

struct event {
    int64_t t;
    uint32_t slot;
    uint32_t kind;
};

static struct event *heap;
static size_t heap_n;

static bool earlier(const struct event *a, const struct event *b)
{
    if (a->t != b->t)
        return a->t < b->t;
    return a->slot != b->slot ? a->slot < b->slot : a->kind < b->kind;
}

static void push(struct event ev)
{
    size_t i = heap_n++;
    for (; i && earlier(&ev, &heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = ev;
}

static struct event pop(void)
{
    struct event top = heap[0], last = heap[--heap_n];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < heap_n; i = child) {
        if (child + 1 < heap_n && earlier(&heap[child + 1], &heap[child]))
            child++;
        if (!earlier(&heap[child], &last))
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return top;
}

/* ---- the run ----------------------------------------------------------------------------------------------------- */

struct run {
    struct options o;
    struct call *slots;
    uint32_t n_slots;
    uint32_t rounds; /* calls in each slot */
    uint32_t frames; /* RTP frames each way in a call */
    int64_t length;  /* of a call */
    uint32_t *rounds_left;
    uint32_t next_number, in_progress, peak;
    double noise_due;
    FILE *truth;
};

static void begin_call(struct run *r, uint32_t slot, int64_t t)
{
    struct call *c = &r->slots[slot];
    *c = (struct call){.number = r->next_number++, .start = t, .pending = 1};
    c->registration = r->o.sip_only && c->number % 2 == 0;
    c->ip[0] = 0x0a000000u | (c->number & 0x7fffff);
    c->ip[1] = c->registration ? 0x0aff0001u : 0x0a800000u | (c->number & 0x7fffff);
    for (int side = 0; side < 2; side++) {
        uint64_t r1 = draw(&rng), r2 = draw(&rng);
        c->port[side] = (uint16_t)(16384 + 2 * (r1 & 8191));
        c->ssrc[side] = (uint32_t)(r1 >> 32);
        c->seq0[side] = (uint16_t)(r1 >> 16);
        c->ts0[side] = (uint32_t)r2;
    }
    push((struct event){t, slot, KIND_SIP});
    if (!r->o.sip_only) {
        push((struct event){t + TALK_START, slot, KIND_RTP_CALLER});
        push((struct event){t + TALK_START + 3 * MS, slot, KIND_RTP_CALLEE});
        c->pending += 2;
    }
    if (++r->in_progress > r->peak)
        r->peak = r->in_progress;
}

static void write_truth(FILE *f, const struct call *c)
{
    char id[64], ip[2][16];
    call_id(c, id);
    fprintf(f, c->registration ? "registration\t%s\tregistered\n" : "call\t%s\tcompleted\n", id);
    for (int side = 0; side < 2; side++)
        if (c->captured[side])
            fprintf(f, "stream\t%s\t%s:%u\t%s:%u\t0x%08X\t%" PRIu64 "\t%" PRIu64 "\n", id, ip_text(c->ip[side], ip[0]),
                    c->port[side], ip_text(c->ip[1 - side], ip[1]), c->port[1 - side], c->ssrc[side], c->captured[side],
                    c->lost[side]);
}

/* One chain of the slot's call has come to its end. */
static void end_chain(struct run *r, uint32_t slot, int64_t t)
{
    struct call *c = &r->slots[slot];
    if (--c->pending)
        return;
    r->in_progress--;
    write_truth(r->truth, c);
    if (--r->rounds_left[slot])
        begin_call(r, slot, t + 10 * MS + (int64_t)(draw(&rng) % 40000));
}

static void step_sip(struct run *r, const struct event *ev)
{
    struct call *c = &r->slots[ev->slot];
    emit_sip(c, ev->t);
    if (++c->step == n_steps_of(c)) {
        end_chain(r, ev->slot, ev->t);
        return;
    }
    int64_t at = steps_of(c)[c->step].at;
    push((struct event){c->start + (at >= 0 ? at : r->length - at), ev->slot, KIND_SIP});
}

/* A network that delays by up to --jitter and drops --loss percent, but keeps the order (a queue does not reorder).
 * Losses before the first and after the last captured packet cannot be seen, and so are no part of the truth. */
static void step_rtp(struct run *r, const struct event *ev)
{
    struct call *c = &r->slots[ev->slot];
    int side = ev->kind == KIND_RTP_CALLER ? 0 : 1;
    if (draw_unit() * 100 < r->o.loss_pct) {
        c->unseen[side] += c->captured[side] ? 1 : 0;
    } else {
        emit_rtp(c, side, ev->t);
        c->lost[side] += c->unseen[side];
        c->unseen[side] = 0;
    }
    if (++c->sent[side] == r->frames) {
        end_chain(r, ev->slot, ev->t);
        return;
    }
    int64_t t = c->start + TALK_START + side * 3 * MS + c->sent[side] * FRAME_TIME +
                (int64_t)(draw_unit() * r->o.jitter_ms * MS);
    push((struct event){t > ev->t ? t : ev->t, ev->slot, ev->kind});
}

/* How many calls of which length make the number of packets asked for. */
static void plan(struct run *r)
{
    double wanted = r->o.packets * (1 - r->o.noise_pct / 100) / r->n_slots;
    double usual = r->o.sip_only ? (CALL_STEPS + REGISTER_STEPS) / 2.0 : CALL_STEPS + 1000;
    double rounds = wanted / usual;
    r->rounds = rounds < 1 ? 1 : (uint32_t)(rounds + 0.5);
    if (!r->o.sip_only) {
        double frames = (wanted / r->rounds - CALL_STEPS) / 2 / (1 - r->o.loss_pct / 100);
        r->frames = frames < 2 ? 2 : (uint32_t)(frames + 0.5);
    }
    r->length = TALK_START + r->frames * FRAME_TIME;
}

static void simulate(struct run *r)
{
    int64_t t0 = INT64_C(1700000000) * 1000000;
    for (uint32_t i = 0; i < r->n_slots; i++) {
        r->rounds_left[i] = r->rounds;
        /* The starts are spread over half a call: from then on all slots are busy. */
        push((struct event){t0 + r->length / 2 * i / r->n_slots, i, KIND_SIP});
    }
    while (heap_n) {
        struct event ev = pop();
        if (!r->slots[ev.slot].pending) {
            begin_call(r, ev.slot, ev.t);
            continue;
        }
        uint64_t before = written;
        if (ev.kind == KIND_SIP)
            step_sip(r, &ev);
        else
            step_rtp(r, &ev);
        r->noise_due += (double)(written - before) * r->o.noise_pct / (100 - r->o.noise_pct);
        for (; r->noise_due >= 1; r->noise_due--)
            emit_noise(ev.t);
    }
}

static const struct {
    const char *name;
    double min, max;
    size_t offset;
} numbers[] = {
    {"packets", 1, 1e12, offsetof(struct options, packets)},  {"calls", 1, 4e6, offsetof(struct options, calls)},
    {"seed", 0, 1e15, offsetof(struct options, seed)},        {"loss", 0, 90, offsetof(struct options, loss_pct)},
    {"jitter", 0, 1000, offsetof(struct options, jitter_ms)}, {"noise", 0, 99, offsetof(struct options, noise_pct)},
};

static bool set_number(struct options *o, const char *name, const char *text)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(name, numbers[i].name) != 0)
            continue;
        char *end;
        double v = strtod(text, &end);
        if (end == text || *end || !(v >= numbers[i].min && v <= numbers[i].max))
            return false;
        memcpy((char *)o + numbers[i].offset, &v, sizeof v);
        return true;
    }
    return false;
}

static void parse(struct options *o, int argc, char **argv)
{
    bool good = true;
    for (int i = 1; i < argc && good; i++) {
        const char *name = argv[i], *value = argv[i + 1]; /* argv ends with NULL */
        if (!strcmp(name, "--sip-only")) {
            o->sip_only = true;
            continue;
        }
        i++;
        if (strncmp(name, "--", 2) != 0 || !value)
            good = false;
        else if (!strcmp(name, "--out"))
            o->out = value;
        else if (!strcmp(name, "--truth"))
            o->truth = value;
        else
            good = set_number(o, name + 2, value);
    }
    if (!good) {
        fprintf(stderr, "usage: gen [--packets N] [--calls N] [--seed N] [--loss PCT] [--jitter MS] [--noise PCT] "
                        "[--sip-only] [--out FILE] [--truth FILE]\n");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    struct run r = {.o = {.packets = 10000,
                          .calls = 10,
                          .seed = 1,
                          .loss_pct = 1,
                          .jitter_ms = 5,
                          .out = "/dev/stdout",
                          .truth = "/dev/null"}};
    parse(&r.o, argc, argv);
    rng = (uint64_t)r.o.seed;
    r.n_slots = (uint32_t)r.o.calls;
    plan(&r);
    out = fopen(r.o.out, "wb");
    r.truth = fopen(r.o.truth, "w");
    r.slots = calloc(r.n_slots, sizeof *r.slots);
    r.rounds_left = calloc(r.n_slots, sizeof *r.rounds_left);
    heap = calloc((size_t)r.n_slots * 3, sizeof *heap);
    if (!out || !r.truth || !r.slots || !r.rounds_left || !heap) {
        perror("gen");
        return 2;
    }
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    uint8_t header[24];
    pcap_file_header(header);
    fwrite(header, sizeof header, 1, out);
    simulate(&r);
    fprintf(stderr,
            "%" PRIu64 " packets: %" PRIu64 " SIP, %" PRIu64 " RTP, %" PRIu64 " other; %" PRIu32
            " calls, at most %" PRIu32 " at once\n",
            written, sip_written, rtp_written, noise_written, r.next_number, r.peak);
    int bad = ferror(out) | fclose(out) | ferror(r.truth) | fclose(r.truth);
    free(r.slots);
    free(r.rounds_left);
    free(heap);
    if (bad)
        perror("gen");
    return bad ? 2 : 0;
}
