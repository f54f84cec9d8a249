/* savefile.c - the window over a capture file, recognising its format, and classic pcap records.
 *
 * pcap: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ */
#include "net/savefile_impl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the window ------------------------------------------------------------------------------------------------- */

static int savefile_alloc(struct vq_savefile **out, size_t room)
{
    struct vq_savefile *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    if (room && !(s->buf = malloc(room))) {
        free(s);
        return -ENOMEM;
    }
    *out = s;
    return 0;
}

int vq_savefile_new(struct vq_savefile **out, vq_savefile_read_h *read, void *arg)
{
    struct vq_savefile *s;
    int rc = savefile_alloc(&s, VQ_SAVEFILE_ROOM);
    if (rc)
        return rc;
    s->read = read;
    s->arg = arg;
    s->start = s->buf;
    s->w = vq_rd(s->buf, 0);
    *out = s;
    return 0;
}

int vq_savefile_new_memory(struct vq_savefile **out, const uint8_t *data, size_t n)
{
    struct vq_savefile *s;
    int rc = savefile_alloc(&s, 0);
    if (rc)
        return rc;
    s->eof = true;
    s->start = data;
    s->w = vq_rd(data, n);
    *out = s;
    return 0;
}

void vq_savefile_free(struct vq_savefile *s)
{
    if (!s)
        return;
    free(s->ifaces);
    free(s->buf);
    free(s);
}

void vq_savefile_secrets(struct vq_savefile *s, vq_savefile_secrets_h *h, void *arg)
{
    s->secrets = h;
    s->secrets_arg = arg;
}

bool vq_savefile_fill(struct vq_savefile *s, size_t n)
{
    size_t have = vq_rd_left(&s->w);
    if (have >= n)
        return true;
    if (s->eof || n > VQ_SAVEFILE_ROOM)
        return false;
    size_t used = (size_t)(s->w.p - s->start);
    s->base += used;
    memmove(s->buf, s->buf + used, have);
    while (have < n && !s->eof) {
        ptrdiff_t got = s->read(s->buf + have, VQ_SAVEFILE_ROOM - have, s->arg);
        if (got < 0)
            s->error = (int)got;
        if (got <= 0)
            s->eof = true;
        else
            have += (size_t)got;
    }
    s->w = vq_rd(s->buf, have);
    return have >= n;
}

void vq_savefile_stop(struct vq_savefile *s, enum vq_savefile_state state, const char *fmt, ...)
{
    va_list ap;
    s->state = state;
    va_start(ap, fmt);
    vsnprintf(s->why, sizeof s->why, fmt, ap);
    va_end(ap);
}

void vq_savefile_cut(struct vq_savefile *s, const char *what, uint64_t have, uint64_t want)
{
    unsigned long long at = vq_savefile_offset(s) + vq_rd_left(&s->w), frame = s->number + 1;
    if (s->error)
        vq_savefile_stop(s, VQ_SAVEFILE_FAILED, "reading failed at byte %llu, in frame %llu: %s", at, frame,
                         strerror(-s->error));
    else
        vq_savefile_stop(s, VQ_SAVEFILE_DAMAGED, "frame %llu is cut off at byte %llu: %llu of %llu %s are there", frame,
                         at, (unsigned long long)have, (unsigned long long)want, what);
}

void vq_savefile_end(struct vq_savefile *s)
{
    if (s->error)
        vq_savefile_cut(s, "bytes", 0, 0);
    else
        s->state = VQ_SAVEFILE_WHOLE;
}

enum vq_savefile_state vq_savefile_state(const struct vq_savefile *s)
{
    return s->state;
}

const char *vq_savefile_why(const struct vq_savefile *s)
{
    return s->state == VQ_SAVEFILE_OPEN || s->state == VQ_SAVEFILE_WHOLE ? NULL : s->why;
}

const char *vq_savefile_format(const struct vq_savefile *s)
{
    static const char *const names[] = {NULL, "pcap", "pcapng"};
    return names[s->format];
}

uint64_t vq_savefile_drops(const struct vq_savefile *s)
{
    return s->drops;
}

uint64_t vq_savefile_offset(const struct vq_savefile *s)
{
    return s->base + (uint64_t)(s->w.p - s->start);
}

/* ---- recognising ------------------------------------------------------------------------------------------------ */

/* pcap magic numbers as read in big-endian order; `swapped` is the same written by a little-endian machine. */
static const struct {
    uint32_t magic, swapped;
    uint32_t ns_per_unit;
    size_t head; /* bytes of a record header; Kuznetzov's patched format (libpcap's KUZNETZOV_TCPDUMP_MAGIC) has 24 */
} pcap_magics[] = {
    {0xa1b2c3d4, 0xd4c3b2a1, 1000, 16},
    {0xa1b23c4d, 0x4d3cb2a1, 1, 16},
    {0xa1b2cd34, 0x34cdb2a1, 1000, 24},
};

/* What people hand over in place of a capture, and what to do about it. */
static const struct {
    const char *magic;
    size_t n;
    const char *advice;
} foreign[] = {
    {"\x1f\x8b", 2, "compressed with gzip: use zcat FILE | voipqos -r -"},
    {"\x28\xb5\x2f\xfd", 4, "compressed with zstd: use zstdcat FILE | voipqos -r -"},
    {"\x04\x22\x4d\x18", 4, "compressed with lz4: use lz4cat FILE | voipqos -r -"},
    {"\xfd"
     "7zXZ",
     5, "compressed with xz: use xzcat FILE | voipqos -r -"},
    {"BZh", 3, "compressed with bzip2: use bzcat FILE | voipqos -r -"},
    {"PK\x03\x04", 4, "a zip archive: unpack it first"},
    {"snoop\0\0\0", 8, "a Solaris snoop capture: convert it with editcap -F pcapng FILE NEW"},
    {"GMBU", 4, "a Microsoft Network Monitor capture: convert it with editcap -F pcapng FILE NEW"},
};

#define PCAP_HEADER 24

static void pcap_open(struct vq_savefile *s, size_t i, bool big)
{
    s->big = big;
    if (!vq_savefile_fill(s, PCAP_HEADER)) {
        vq_savefile_stop(s, VQ_SAVEFILE_FOREIGN, "the pcap file header is cut off: %zu of %d bytes are there",
                         vq_rd_left(&s->w), PCAP_HEADER);
        return;
    }
    const uint8_t *h = vq_rd_take(&s->w, PCAP_HEADER);
    unsigned major = vq_savefile_u16(s, h + 4), minor = vq_savefile_u16(s, h + 6);
    if (major != 2) {
        vq_savefile_stop(s, VQ_SAVEFILE_FOREIGN, "pcap version %u.%u is not known, only 2.x", major, minor);
        return;
    }
    s->ns_per_unit = pcap_magics[i].ns_per_unit;
    s->head = pcap_magics[i].head;
    /* The upper bits tell the length of the frame check sequence (draft-ietf-opsawg-pcap 4). */
    s->link = vq_savefile_u32(s, h + 20) & 0x03ffffff;
    s->format = FORMAT_PCAP;
}

static void describe_foreign(struct vq_savefile *s)
{
    size_t n = vq_rd_left(&s->w);
    const uint8_t *p = s->w.p;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (n >= foreign[i].n && !memcmp(p, foreign[i].magic, foreign[i].n)) {
            vq_savefile_stop(s, VQ_SAVEFILE_FOREIGN, "%s", foreign[i].advice);
            return;
        }
    if (!n) {
        vq_savefile_stop(s, VQ_SAVEFILE_FOREIGN, "the file is empty");
        return;
    }
    char hex[8 * 3 + 1] = "", text[8 + 1] = "";
    if (n > 8)
        n = 8;
    for (size_t i = 0; i < n; i++) {
        snprintf(hex + 3 * i, 4, " %02x", p[i]);
        text[i] = p[i] >= 0x20 && p[i] < 0x7f ? (char)p[i] : '.';
    }
    vq_savefile_stop(s, VQ_SAVEFILE_FOREIGN, "not a capture (pcap or pcapng): it begins with%s (\"%s\")", hex, text);
}

static void recognise(struct vq_savefile *s)
{
    vq_savefile_fill(s, 12);
    if (s->error && !vq_rd_left(&s->w)) {
        vq_savefile_stop(s, VQ_SAVEFILE_FAILED, "reading failed: %s", strerror(-s->error));
        return;
    }
    struct vq_rd r = s->w;
    uint32_t magic = vq_rd_u32(&r);
    if (!r.bad && magic == VQ_PCAPNG_SHB) {
        s->format = FORMAT_PCAPNG;
        return;
    }
    for (size_t i = 0; !r.bad && i < sizeof pcap_magics / sizeof *pcap_magics; i++)
        if (magic == pcap_magics[i].magic || magic == pcap_magics[i].swapped) {
            pcap_open(s, i, magic == pcap_magics[i].magic);
            return;
        }
    describe_foreign(s);
}

/* ---- classic pcap ----------------------------------------------------------------------------------------------- */

static size_t pcap_next(struct vq_savefile *s, struct vq_frame *frames, size_t max)
{
    size_t n = 0;
    while (n < max) {
        struct vq_rd r = s->w;
        size_t need = s->head;
        const uint8_t *data = NULL, *h = vq_rd_take(&r, s->head);
        if (h) {
            uint32_t caplen = vq_savefile_u32(s, h + 8), len = vq_savefile_u32(s, h + 12);
            if (caplen > VQ_SAVEFILE_FRAME_MAX) {
                vq_savefile_stop(s, VQ_SAVEFILE_DAMAGED, "frame %llu at byte %llu claims %u bytes, %u is the most",
                                 (unsigned long long)s->number + 1, (unsigned long long)vq_savefile_offset(s), caplen,
                                 VQ_SAVEFILE_FRAME_MAX);
                break;
            }
            need += caplen;
            data = vq_rd_take(&r, caplen);
            if (data) {
                int64_t ts = (int64_t)vq_savefile_u32(s, h) * 1000000000 +
                             (int64_t)vq_savefile_u32(s, h + 4) * s->ns_per_unit;
                vq_savefile_emit(s, &frames[n++], ts, data, caplen, len, s->link);
                s->w = r;
                continue;
            }
        }
        /* Refilling moves the window, so the frames already in this batch go out first. */
        if (n)
            break;
        if (vq_savefile_fill(s, need))
            continue;
        size_t left = vq_rd_left(&s->w);
        if (!left)
            vq_savefile_end(s);
        else if (left < s->head)
            vq_savefile_cut(s, "header bytes", left, s->head);
        else
            vq_savefile_cut(s, "bytes", left - s->head, need - s->head);
        break;
    }
    return n;
}

size_t vq_savefile_next(struct vq_savefile *s, struct vq_frame *frames, size_t max)
{
    if (s->state == VQ_SAVEFILE_OPEN && s->format == FORMAT_NONE)
        recognise(s);
    if (s->state != VQ_SAVEFILE_OPEN)
        return 0;
    return s->format == FORMAT_PCAP ? pcap_next(s, frames, max) : vq_pcapng_next(s, frames, max);
}
