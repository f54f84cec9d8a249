/* source_pcap.c - the one door to libpcap: filter expressions, live capture, the list of interfaces. */
#include "app/source_pcap.h"

#include "net/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where libpcap's DLT_ value on this system is not the LINKTYPE_ value of files
 * (https://www.tcpdump.org/linktypes.html). */
static const struct {
    uint32_t link;
    int dlt;
} links[] = {
    {50, DLT_PPP_SERIAL}, {51, DLT_PPP_ETHER}, {100, DLT_ATM_RFC1483}, {101, DLT_RAW}, {106, DLT_ATM_CLIP},
};

static int link_to_dlt(uint32_t link)
{
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (links[i].link == link)
            return links[i].dlt;
    return (int)link;
}

static uint32_t dlt_to_link(int dlt)
{
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (links[i].dlt == dlt)
            return links[i].link;
    return (uint32_t)dlt;
}

/* ---- filter ----------------------------------------------------------------------------------------------------- */

#define FILTER_LINKS   64   /* link types told apart; there are fewer in any sane capture */
#define FILTER_PACKETS 4096 /* packets whose first fragment is remembered, a power of two */
#define LINK_RAW       101

enum verdict { VERDICT_NONE, VERDICT_KEPT, VERDICT_REFUSED };

struct filter {
    const char *expr;
    size_t n;
    struct {
        uint32_t link;
        struct bpf_program program;
    } by_link[FILTER_LINKS];
    struct bpf_program inner;  /* for packets without a link header */
    enum { INNER_UNTRIED, INNER_READY, INNER_IMPOSSIBLE } inner_state;
    struct vq_report_filter counts;
    struct {
        uint64_t key;
        uint8_t verdict;       /* enum verdict */
    } packets[FILTER_PACKETS];
};

int filter_new(struct filter **out, const char *expr)
{
    struct filter *f = calloc(1, sizeof *f);
    if (!f)
        return -ENOMEM;
    f->expr = expr;
    *out = f;
    return 0;
}

void filter_free(struct filter *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++)
        pcap_freecode(&f->by_link[i].program);
    if (f->inner_state == INNER_READY)
        pcap_freecode(&f->inner);
    free(f);
}

static const char *link_text(uint32_t link, char text[16])
{
    const char *name = vq_link_name(link);
    if (name)
        return name;
    snprintf(text, 16, "%u", link);
    return text;
}

static int compile(struct bpf_program *out, const char *expr, uint32_t link, char why[SOURCE_WHY])
{
    char text[16];
    pcap_t *p = pcap_open_dead(link_to_dlt(link), 262144);
    if (!p) {
        snprintf(why, SOURCE_WHY, "no memory to compile the filter");
        return -ENOMEM;
    }
    int rc = 0;
    if (pcap_compile(p, out, expr, 1, PCAP_NETMASK_UNKNOWN)) {
        snprintf(why, SOURCE_WHY, "filter '%s' on link type %s: %s", expr, link_text(link, text), pcap_geterr(p));
        rc = -EINVAL;
    }
    pcap_close(p);
    return rc;
}

static int filter_compile(struct filter *f, uint32_t link, char why[SOURCE_WHY])
{
    if (f->n == FILTER_LINKS) {
        snprintf(why, SOURCE_WHY, "a filter works on %d link types at most", FILTER_LINKS);
        return -EINVAL;
    }
    int rc = compile(&f->by_link[f->n].program, f->expr, link, why);
    if (!rc)
        f->by_link[f->n++].link = link;
    return rc;
}

static bool matches(const struct bpf_program *program, const uint8_t *data, uint32_t caplen, uint32_t len)
{
    struct pcap_pkthdr h = {.caplen = caplen, .len = len};
    return pcap_offline_filter(program, &h, data) != 0;
}

/* Some expressions make no sense without a link header ("ether host ..."). */
static bool inner_ready(struct filter *f)
{
    char why[SOURCE_WHY];
    if (f->inner_state == INNER_UNTRIED)
        f->inner_state = compile(&f->inner, f->expr, LINK_RAW, why) ? INNER_IMPOSSIBLE : INNER_READY;
    return f->inner_state == INNER_READY;
}

/* Asks about what a tunnel carries. */
static bool inner_matches(struct filter *f, const struct vq_frame *frame, const struct vq_inner *in)
{
    if (!inner_ready(f)) {
        f->counts.unknown_tunnelled++;
        return false;
    }
    size_t before = frame->caplen - in->packet.n;
    bool yes = matches(&f->inner, in->packet.p, (uint32_t)in->packet.n, (uint32_t)(frame->len - before));
    f->counts.kept_tunnelled += yes;
    return yes;
}

/* An expression with ports knows the first fragment only: the others go where it went. */
static bool fragment_matches(struct filter *f, const struct vq_inner *in)
{
    size_t at = in->key % FILTER_PACKETS;
    bool known = f->packets[at].verdict != VERDICT_NONE && f->packets[at].key == in->key;
    bool yes = known && f->packets[at].verdict == VERDICT_KEPT;
    f->counts.unknown_fragments += !known;
    f->counts.kept_fragments += yes;
    return yes;
}

/* Expressions do not look behind IPv6's fragment header, where the ports are: asks about the packet without it. */
static bool first_matches(struct filter *f, const struct vq_frame *frame, const struct vq_inner *in)
{
    enum { IP6 = 40, HEADERS = 64 };
    uint8_t plain[IP6 + HEADERS];
    if (in->packet.n < IP6 || *in->packet.p >> 4 != 6 || !inner_ready(f))
        return false;
    size_t n = in->data.n < HEADERS ? in->data.n : HEADERS;
    memcpy(plain, in->packet.p, IP6);
    plain[6] = in->proto;
    if (n)
        memcpy(plain + IP6, in->data.p, n);
    bool yes = matches(&f->inner, plain, (uint32_t)(IP6 + n), frame->len);
    f->counts.kept_fragments += yes;
    return yes;
}

static bool keeps(struct filter *f, const struct bpf_program *program, const struct vq_frame *frame)
{
    struct vq_inner in;
    bool yes = matches(program, frame->data, frame->caplen, frame->len);
    vq_inner_find(frame, &in);
    if (!yes && in.later)
        yes = fragment_matches(f, &in);
    else if (!yes && in.tunnelled)
        yes = inner_matches(f, frame, &in);
    if (!yes && in.first)
        yes = first_matches(f, frame, &in);
    if (in.first) {
        size_t at = in.key % FILTER_PACKETS;
        f->packets[at].key = in.key;
        f->packets[at].verdict = yes ? VERDICT_KEPT : VERDICT_REFUSED;
    }
    f->counts.refused += !yes;
    return yes;
}

int filter_apply(struct filter *f, struct vq_frame *frames, size_t *n, char why[SOURCE_WHY])
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        size_t at = 0;
        while (at < f->n && f->by_link[at].link != frames[i].link)
            at++;
        if (at == f->n) {
            int rc = filter_compile(f, frames[i].link, why);
            if (rc)
                return rc;
        }
        if (keeps(f, &f->by_link[at].program, &frames[i]))
            frames[kept++] = frames[i];
    }
    *n = kept;
    return 0;
}

void filter_report(const struct filter *f, struct vq_report_filter *out)
{
    *out = f->counts;
    out->expression = f->expr;
}

/* ---- live capture ----------------------------------------------------------------------------------------------- */

#define LIVE_RING    (64 * 1024 * 1024) /* stands a stall of a quarter of a second at 800,000 packets a second */
#define LIVE_SNAPLEN 262144
#define LIVE_WAIT_MS 100                /* the kernel hands over a block that is not full after this time */
#define LIVE_ROOM    (1024 * 1024)

struct live {
    pcap_t *p;
    int fd;
    uint32_t link;
    int64_t ns_per_unit;
    uint64_t number;
    struct vq_frame frames[VQ_BATCH];
    size_t n, used;       /* frames in the batch; bytes of `room` taken */
    uint8_t *room;
    struct filter *filter; /* NULL: none was given */
    live_frames_h *h;     /* while polling */
    void *arg;
};

static int open_failed(const char *iface, int rc, pcap_t *p, char why[SOURCE_WHY])
{
    const char *text = p ? pcap_geterr(p) : "";
    if (rc == PCAP_ERROR_PERM_DENIED || rc == PCAP_ERROR_PROMISC_PERM_DENIED) {
        snprintf(why, SOURCE_WHY,
                 "capturing on %s needs privileges: run it with sudo, or give them to the program once:\n"
                 "  sudo setcap cap_net_raw,cap_net_admin=eip \"$(command -v voipqos)\"", iface);
        return -EPERM;
    }
    if (rc == PCAP_ERROR_NO_SUCH_DEVICE) {
        snprintf(why, SOURCE_WHY, "there is no interface '%s'; voipqos -D lists them", iface);
        return -ENODEV;
    }
    if (rc == PCAP_ERROR_IFACE_NOT_UP) {
        snprintf(why, SOURCE_WHY, "interface %s is down: sudo ip link set %s up", iface, iface);
        return -ENETDOWN;
    }
    snprintf(why, SOURCE_WHY, "%s: %s%s%s", iface, pcap_statustostr(rc), *text ? ": " : "", text);
    return -EIO;
}

/* What may hold a packet that matches is let through too, for filter_apply() to look into: fragments, tags, tunnels.
 * `vlan` comes last: it moves the headers that later terms look at. */
#define OR_FRAGMENTS " or (ip[6:2] & 0x1fff != 0) or (ip6[6] = 44)"
#define OR_TUNNELS                                                                                                     \
    " or ip proto 4 or ip proto 41 or ip proto 47 or ip proto 97 or ip6 proto 4 or ip6 proto 41 or ip6 proto 47"       \
    " or ip6 proto 97 or udp dst port 2152 or udp dst port 4789 or udp dst port 8472 or udp dst port 6081"             \
    " or udp dst port 37008"
#define OR_TAGS " or ether proto 0x8847 or ether proto 0x8848 or ether proto 0x8864 or vlan"

static int kernel_filter(struct live *l, const char *expr, char why[SOURCE_WHY])
{
    static const char *const wider[] = {OR_FRAGMENTS OR_TUNNELS OR_TAGS, OR_FRAGMENTS OR_TUNNELS, ""};
    struct bpf_program program;
    size_t room = strlen(expr) + sizeof OR_FRAGMENTS OR_TUNNELS OR_TAGS + 2;
    char *text = malloc(room);
    int rc = text ? filter_new(&l->filter, expr) : -ENOMEM;
    if (!rc)
        rc = filter_compile(l->filter, l->link, why); /* what is wrong with the user's own words is said first */
    for (size_t i = 0; !rc && i < sizeof wider / sizeof *wider; i++) {
        snprintf(text, room, "(%s)%s", expr, wider[i]);
        if (pcap_compile(l->p, &program, text, 1, PCAP_NETMASK_UNKNOWN))
            continue; /* on this link type there is no such thing */
        if (pcap_setfilter(l->p, &program)) {
            snprintf(why, SOURCE_WHY, "filter '%s': %s", expr, pcap_geterr(l->p));
            rc = -EINVAL;
        }
        pcap_freecode(&program);
        break;
    }
    if (rc == -ENOMEM)
        snprintf(why, SOURCE_WHY, "no memory");
    free(text);
    return rc;
}

static int live_setup(struct live *l, const char *iface, const char *expr, char why[SOURCE_WHY])
{
    pcap_set_snaplen(l->p, LIVE_SNAPLEN);
    pcap_set_promisc(l->p, 1);
    pcap_set_timeout(l->p, LIVE_WAIT_MS);
    pcap_set_buffer_size(l->p, LIVE_RING);
    pcap_set_tstamp_precision(l->p, PCAP_TSTAMP_PRECISION_NANO); /* refused: microseconds, asked for below */
    int rc = pcap_activate(l->p);
    if (rc < 0)
        return open_failed(iface, rc, l->p, why);
    l->ns_per_unit = pcap_get_tstamp_precision(l->p) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
    l->link = dlt_to_link(pcap_datalink(l->p));
    if (expr && (rc = kernel_filter(l, expr, why)))
        return rc;
    /* Without traffic a blocking read does not come back, whatever its timeout says. */
    char text[PCAP_ERRBUF_SIZE] = "";
    l->fd = pcap_get_selectable_fd(l->p);
    if (l->fd >= 0)
        fcntl(l->fd, F_SETFD, FD_CLOEXEC); /* gnuplot is not to inherit a right to capture */
    if (pcap_setnonblock(l->p, 1, text) || l->fd < 0) {
        snprintf(why, SOURCE_WHY, "%s cannot be waited for: %s", iface, text);
        return -EIO;
    }
    return 0;
}

int live_open(struct live **out, const char *iface, const char *expr, char why[SOURCE_WHY])
{
    char text[PCAP_ERRBUF_SIZE] = "";
    struct live *l = calloc(1, sizeof *l);
    if (l)
        l->room = malloc(LIVE_ROOM);
    if (!l || !l->room) {
        snprintf(why, SOURCE_WHY, "no memory");
        live_close(l);
        return -ENOMEM;
    }
    l->p = pcap_create(iface, text);
    int rc = l->p ? live_setup(l, iface, expr, why) : -EIO;
    if (!l->p)
        snprintf(why, SOURCE_WHY, "%s: %s", iface, text);
    if (rc) {
        live_close(l);
        return rc;
    }
    *out = l;
    return 0;
}

void live_close(struct live *l)
{
    if (!l)
        return;
    if (l->p)
        pcap_close(l->p);
    filter_free(l->filter);
    free(l->room);
    free(l);
}

uint32_t live_link(const struct live *l)
{
    return l->link;
}

const struct filter *live_filter(const struct live *l)
{
    return l->filter;
}

static void hand_over(struct live *l)
{
    char why[SOURCE_WHY];
    if (l->filter)
        filter_apply(l->filter, l->frames, &l->n, why); /* compiled for the link type already: nothing can fail */
    if (l->n)
        l->h(l->frames, l->n, l->arg);
    l->n = l->used = 0;
}

/* libpcap lends a packet for the time of this call only; copying it costs less than feeding frames one by one. */
static void take(u_char *arg, const struct pcap_pkthdr *h, const u_char *data)
{
    struct live *l = (struct live *)(void *)arg;
    size_t n = h->caplen < LIVE_SNAPLEN ? h->caplen : LIVE_SNAPLEN;
    if (l->n == VQ_BATCH || l->used + n > LIVE_ROOM)
        hand_over(l);
    uint8_t *to = l->room + l->used;
    memcpy(to, data, n);
    l->used += n;
    l->frames[l->n++] = (struct vq_frame){
        .ts = (int64_t)h->ts.tv_sec * 1000000000 + (int64_t)h->ts.tv_usec * l->ns_per_unit,
        .number = ++l->number,
        .data = to,
        .caplen = (uint32_t)n,
        .len = h->len < n ? (uint32_t)n : h->len,
        .link = l->link,
    };
}

int live_poll(struct live *l, int wait_ms, live_frames_h *h, void *arg, char why[SOURCE_WHY])
{
    struct pollfd pf = {.fd = l->fd, .events = POLLIN};
    if (poll(&pf, 1, wait_ms) < 0 && errno != EINTR) {
        snprintf(why, SOURCE_WHY, "waiting for packets: %s", strerror(errno));
        return -errno;
    }
    l->h = h;
    l->arg = arg;
    uint64_t before = l->number;
    int rc = pcap_dispatch(l->p, -1, take, (u_char *)l);
    hand_over(l);
    if (rc < 0 && rc != PCAP_ERROR_BREAK) {
        snprintf(why, SOURCE_WHY, "%s", pcap_geterr(l->p));
        return -EIO;
    }
    return (int)(l->number - before);
}

uint64_t live_dropped(const struct live *l)
{
    struct pcap_stat st;
    return pcap_stats(l->p, &st) ? 0 : (uint64_t)st.ps_drop + st.ps_ifdrop;
}

int live_interfaces(live_interface_h *h, void *arg, char why[SOURCE_WHY])
{
    pcap_if_t *all;
    char text[PCAP_ERRBUF_SIZE] = "";
    if (pcap_findalldevs(&all, text)) {
        snprintf(why, SOURCE_WHY, "listing interfaces: %s", text);
        return -EIO;
    }
    for (const pcap_if_t *i = all; i; i = i->next) {
        const char *state = !(i->flags & PCAP_IF_UP) ? "down" : i->flags & PCAP_IF_LOOPBACK ? "up, loopback" : "up";
        h(i->name, i->description ? i->description : "", state, arg);
    }
    pcap_freealldevs(all);
    return 0;
}

const char *libpcap_version(void)
{
    return pcap_lib_version();
}
