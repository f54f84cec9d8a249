/* source_pcap.c - the one door to libpcap: filter expressions, live capture, the list of interfaces. */
#include "app/source_pcap.h"

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

#define FILTER_LINKS 64 /* link types told apart; there are fewer in any sane capture */

struct filter {
    const char *expr;
    size_t n;
    struct {
        uint32_t link;
        struct bpf_program program;
    } by_link[FILTER_LINKS];
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

static int filter_compile(struct filter *f, uint32_t link, char why[SOURCE_WHY])
{
    char text[16];
    if (f->n == FILTER_LINKS) {
        snprintf(why, SOURCE_WHY, "a filter works on %d link types at most", FILTER_LINKS);
        return -EINVAL;
    }
    pcap_t *p = pcap_open_dead(link_to_dlt(link), 262144);
    if (!p) {
        snprintf(why, SOURCE_WHY, "no memory to compile the filter");
        return -ENOMEM;
    }
    int rc = 0;
    if (pcap_compile(p, &f->by_link[f->n].program, f->expr, 1, PCAP_NETMASK_UNKNOWN)) {
        snprintf(why, SOURCE_WHY, "filter '%s' on link type %s: %s", f->expr, link_text(link, text), pcap_geterr(p));
        rc = -EINVAL;
    } else {
        f->by_link[f->n++].link = link;
    }
    pcap_close(p);
    return rc;
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
        struct pcap_pkthdr h = {.caplen = frames[i].caplen, .len = frames[i].len};
        if (pcap_offline_filter(&f->by_link[at].program, &h, frames[i].data))
            frames[kept++] = frames[i];
    }
    *n = kept;
    return 0;
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
    if (expr) {
        struct bpf_program program;
        rc = pcap_compile(l->p, &program, expr, 1, PCAP_NETMASK_UNKNOWN);
        if (!rc) {
            rc = pcap_setfilter(l->p, &program);
            pcap_freecode(&program);
        }
        if (rc) {
            snprintf(why, SOURCE_WHY, "filter '%s': %s", expr, pcap_geterr(l->p));
            return -EINVAL;
        }
    }
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
    free(l->room);
    free(l);
}

uint32_t live_link(const struct live *l)
{
    return l->link;
}

static void hand_over(struct live *l)
{
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
