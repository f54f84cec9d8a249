/* savefile_ng.c - pcapng blocks (https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/). */
#include "net/savefile_impl.h"

#include <errno.h>
#include <stdlib.h>

enum { BLOCK_IDB = 1, BLOCK_PB = 2, BLOCK_SPB = 3, BLOCK_ISB = 5, BLOCK_EPB = 6, BLOCK_DSB = 10 };
enum { OPT_END = 0, OPT_TSRESOL = 9, OPT_TSOFFSET = 14, OPT_IFDROP = 5, OPT_OSDROP = 7 };

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define BLOCK_EDGE       12u     /* type, length, and the length again at the end */
#define IFACES_MAX       65536u  /* per section; keeps the list under 4 MiB */
#define EPB_FIXED        20u

/* Seconds beyond which a time is taken for garbage and clamped (the year 2106): sums with it must not overflow. */
#define LATEST_S 4294967296

static const uint64_t pow10_of[20] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
    1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
    1000000000000000000, 10000000000000000000u,
};

static void damaged_at(struct vq_savefile *s, const char *what, unsigned long long number)
{
    vq_savefile_stop(s, VQ_SAVEFILE_DAMAGED, "%s %llu at byte %llu is impossible", what, number,
                     (unsigned long long)vq_savefile_offset(s));
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

static int64_t clamp_s(int64_t s, int64_t low)
{
    return s < low ? low : s > LATEST_S ? LATEST_S : s;
}

static int64_t ticks_to_ns(const struct vq_pcapng_iface *f, uint64_t ticks)
{
    if (f->mul && ticks <= f->mul_max)
        return (int64_t)(ticks * f->mul);
    uint64_t sec, ns;
    if (f->binary) {
        uint64_t part = ticks & (((uint64_t)1 << f->exponent) - 1);
        unsigned e = f->exponent;
        /* 32 bits of fraction are finer than a nanosecond and keep the product within 64. */
        if (e > 32) {
            part >>= e - 32;
            e = 32;
        }
        sec = ticks >> f->exponent;
        ns = part * 1000000000 >> e;
    } else {
        uint64_t part = ticks % pow10_of[f->exponent];
        sec = ticks / pow10_of[f->exponent];
        ns = f->exponent <= 9 ? part * pow10_of[9 - f->exponent] : part / pow10_of[f->exponent - 9];
    }
    int64_t whole = sec > LATEST_S ? LATEST_S : (int64_t)sec;
    whole = clamp_s(whole + clamp_s(f->offset_s, -LATEST_S), 0);
    return whole * 1000000000 + (int64_t)ns;
}

/* ---- blocks ----------------------------------------------------------------------------------------------------- */

static uint64_t u64(const struct vq_savefile *s, const uint8_t p[8])
{
    uint64_t a = vq_savefile_u32(s, p), b = vq_savefile_u32(s, p + 4);
    return s->big ? a << 32 | b : b << 32 | a;
}

static bool iface_options(struct vq_savefile *s, struct vq_pcapng_iface *f, struct vq_rd r)
{
    while (vq_rd_left(&r) >= 4) {
        const uint8_t *h = vq_rd_take(&r, 4);
        unsigned code = vq_savefile_u16(s, h), n = vq_savefile_u16(s, h + 2);
        const uint8_t *v = vq_rd_take(&r, n);
        if (code == OPT_END || !v)
            break;
        if (code == OPT_TSRESOL && n == 1) {
            f->binary = v[0] & 0x80;
            f->exponent = v[0] & 0x7f;
            if (f->exponent > (f->binary ? 63 : 19)) {
                damaged_at(s, "time resolution", v[0]);
                return false;
            }
        } else if (code == OPT_TSOFFSET && n == 8) {
            f->offset_s = (int64_t)u64(s, v);
        }
        vq_rd_skip(&r, -n & 3);
    }
    return true;
}

static bool iface_add(struct vq_savefile *s, struct vq_rd r)
{
    const uint8_t *h = vq_rd_take(&r, 8);
    if (!h || s->n_ifaces == IFACES_MAX) {
        damaged_at(s, "interface description", s->n_ifaces);
        return false;
    }
    if (s->n_ifaces == s->room_ifaces) {
        uint32_t room = s->room_ifaces ? 2 * s->room_ifaces : 4;
        struct vq_pcapng_iface *more = realloc(s->ifaces, room * sizeof *more);
        if (!more) {
            vq_savefile_stop(s, VQ_SAVEFILE_FAILED, "no memory for interface %u", s->n_ifaces);
            return false;
        }
        s->ifaces = more;
        s->room_ifaces = room;
    }
    struct vq_pcapng_iface f = {
        .link = vq_savefile_u16(s, h),
        .snaplen = vq_savefile_u32(s, h + 4),
        .exponent = 6, /* microseconds unless if_tsresol says otherwise (4.2) */
    };
    if (!iface_options(s, &f, r))
        return false;
    if (!f.binary && f.exponent <= 9 && !f.offset_s) {
        f.mul = pow10_of[9 - f.exponent];
        f.mul_max = (uint64_t)LATEST_S * 1000000000 / f.mul;
    }
    s->ifaces[s->n_ifaces++] = f;
    return true;
}

/* More cannot have been lost: writers that do not know the number put all ones. */
#define DROPS_MOST (UINT64_C(1) << 48)

/* Interface statistics (4.6): drops by the interface and by the system since the capture began. Several blocks of one
 * interface each tell the whole, so that what is new counts. A block that tells nothing of use is passed over. */
static void statistics_block(struct vq_savefile *s, struct vq_rd r)
{
    const uint8_t *h = vq_rd_take(&r, 12);
    uint32_t iface = h ? vq_savefile_u32(s, h) : UINT32_MAX;
    uint64_t drops = 0;
    if (iface >= s->n_ifaces)
        return;
    while (vq_rd_left(&r) >= 4) {
        h = vq_rd_take(&r, 4);
        unsigned code = vq_savefile_u16(s, h), n = vq_savefile_u16(s, h + 2);
        const uint8_t *v = vq_rd_take(&r, n);
        if (code == OPT_END || !v)
            break;
        if ((code == OPT_IFDROP || code == OPT_OSDROP) && n == 8 && u64(s, v) <= DROPS_MOST)
            drops += u64(s, v);
        vq_rd_skip(&r, -n & 3);
    }
    struct vq_pcapng_iface *f = &s->ifaces[iface];
    if (drops > f->drops) {
        s->drops += drops - f->drops;
        f->drops = drops;
    }
}

/* Enhanced and obsolete packet blocks differ in the first four bytes only: interface, or interface and drop count. */
static bool packet_block(struct vq_savefile *s, uint32_t type, struct vq_rd r, struct vq_frame *out)
{
    const uint8_t *h = vq_rd_take(&r, EPB_FIXED);
    if (!h) {
        damaged_at(s, "length of packet block", s->number + 1);
        return false;
    }
    uint32_t iface = type == BLOCK_EPB ? vq_savefile_u32(s, h) : vq_savefile_u16(s, h);
    uint64_t ticks = (uint64_t)vq_savefile_u32(s, h + 4) << 32 | vq_savefile_u32(s, h + 8);
    uint32_t caplen = vq_savefile_u32(s, h + 12), len = vq_savefile_u32(s, h + 16);
    unsigned long long frame = s->number + 1, at = vq_savefile_offset(s);
    if (iface >= s->n_ifaces) {
        vq_savefile_stop(s, VQ_SAVEFILE_DAMAGED, "frame %llu at byte %llu names interface %u, of %u described", frame,
                         at, iface, s->n_ifaces);
        return false;
    }
    const uint8_t *data = caplen <= VQ_SAVEFILE_FRAME_MAX ? vq_rd_take(&r, caplen) : NULL;
    if (!data) {
        vq_savefile_stop(s, VQ_SAVEFILE_DAMAGED, "frame %llu at byte %llu claims %u bytes, its block has room for %zu",
                         frame, at, caplen, vq_rd_left(&r));
        return false;
    }
    s->last_ts = ticks_to_ns(&s->ifaces[iface], ticks);
    vq_savefile_emit(s, out, s->last_ts, data, caplen, len, s->ifaces[iface].link);
    return true;
}

/* Simple packets belong to interface 0 and carry no time: they get that of the frame before. */
static bool simple_block(struct vq_savefile *s, struct vq_rd r, struct vq_frame *out)
{
    const uint8_t *h = vq_rd_take(&r, 4);
    if (!h || !s->n_ifaces) {
        damaged_at(s, "simple packet", s->number + 1);
        return false;
    }
    uint32_t len = vq_savefile_u32(s, h), caplen = len, snaplen = s->ifaces[0].snaplen;
    if (snaplen && caplen > snaplen)
        caplen = snaplen;
    if (caplen > vq_rd_left(&r))
        caplen = (uint32_t)vq_rd_left(&r);
    if (caplen > VQ_SAVEFILE_FRAME_MAX) {
        damaged_at(s, "length of simple packet", s->number + 1);
        return false;
    }
    vq_savefile_emit(s, out, s->last_ts, vq_rd_take(&r, caplen), caplen, len, s->ifaces[0].link);
    return true;
}

enum step { STEP_ON, STEP_FRAME, STEP_MORE, STEP_STOP };

/* The window holds the start of a block and no more will come. */
static void cut_block(struct vq_savefile *s, uint64_t total)
{
    struct vq_rd r = s->w;
    size_t left = vq_rd_left(&r);
    if (s->error) {
        vq_savefile_cut(s, "bytes", left, total);
        return;
    }
    const uint8_t *h = vq_rd_take(&r, 8 + EPB_FIXED);
    uint32_t type = h ? vq_savefile_u32(s, h) : 0, caplen = h ? vq_savefile_u32(s, h + 20) : 0;
    if ((type == BLOCK_EPB || type == BLOCK_PB) && vq_rd_left(&r) < caplen)
        vq_savefile_cut(s, "bytes", vq_rd_left(&r), caplen);
    else
        vq_savefile_stop(s, s->number || vq_savefile_offset(s) ? VQ_SAVEFILE_DAMAGED : VQ_SAVEFILE_FOREIGN,
                         "after frame %llu a pcapng block is cut off at byte %llu: %zu of %llu bytes are there",
                         (unsigned long long)s->number, (unsigned long long)vq_savefile_offset(s) + left, left,
                         (unsigned long long)total);
}

/* ---- secrets ---------------------------------------------------------------------------------------------------- */

#define SECRETS_TLS 0x544c534bu /* a key log (4.7) */

static void secrets(struct vq_savefile *s, struct vq_slice text)
{
    if (s->secrets && text.n)
        s->secrets(text, s->secrets_arg);
}

/* Type, length and the secrets, as far as they are text. A length beyond the block's is its writer's slip. */
static void secrets_block(struct vq_savefile *s, struct vq_rd r)
{
    const uint8_t *h = vq_rd_take(&r, 8);
    if (!h || vq_savefile_u32(s, h) != SECRETS_TLS)
        return;
    size_t n = vq_savefile_u32(s, h + 4), left = vq_rd_left(&r);
    secrets(s, vq_rd_slice(&r, n < left ? n : left));
}

/* A block of them too large for the window: its head is taken, its text goes out by pieces. */
static enum step long_secrets(struct vq_savefile *s, uint32_t total, size_t *need)
{
    struct vq_rd r = s->w;
    *need = 16;
    const uint8_t *h = vq_rd_take(&r, 16);
    if (!h)
        return STEP_MORE;
    uint32_t n = vq_savefile_u32(s, h + 12), room = total - 20;
    s->secrets_ahead = vq_savefile_u32(s, h + 8) == SECRETS_TLS ? (n < room ? n : room) : 0;
    s->skip = total - 16 - s->secrets_ahead;
    s->w = r;
    return STEP_ON;
}

/* As many whole lines as the window holds. False when the input ends before the block does. */
static bool pass_secrets(struct vq_savefile *s)
{
    while (s->secrets_ahead) {
        size_t n = s->secrets_ahead < VQ_SAVEFILE_ROOM ? (size_t)s->secrets_ahead : VQ_SAVEFILE_ROOM;
        bool enough = vq_savefile_fill(s, n);
        struct vq_rd r = s->w;
        size_t left = vq_rd_left(&r), line;
        n = n < left ? n : left;
        for (line = n; n < s->secrets_ahead && line && r.p[line - 1] != '\n';)
            line--;
        n = line ? line : n;
        secrets(s, vq_rd_slice(&s->w, n));
        s->secrets_ahead -= n;
        if (!enough) {
            cut_block(s, s->secrets_ahead + s->skip);
            return false;
        }
    }
    return true;
}

/* ---- the walk --------------------------------------------------------------------------------------------------- */

/* A section header sets the byte order of what follows and forgets the interfaces (4.1). */
static bool section_order(struct vq_savefile *s, const uint8_t *magic)
{
    if (vq_be32(magic) == BYTE_ORDER_MAGIC) {
        s->big = true;
    } else if (vq_be32(magic) == __builtin_bswap32(BYTE_ORDER_MAGIC)) {
        s->big = false;
    } else {
        enum vq_savefile_state state = vq_savefile_offset(s) ? VQ_SAVEFILE_DAMAGED : VQ_SAVEFILE_FOREIGN;
        vq_savefile_stop(s, state, "byte-order magic %08x of the pcapng section at byte %llu is impossible",
                         (unsigned)vq_be32(magic), (unsigned long long)vq_savefile_offset(s));
        return false;
    }
    s->n_ifaces = 0;
    return true;
}

static bool section_open(struct vq_savefile *s, struct vq_rd r)
{
    const uint8_t *h = vq_rd_take(&r, 16);
    unsigned major = h ? vq_savefile_u16(s, h + 4) : 0;
    if (major == 1)
        return true;
    vq_savefile_stop(s, vq_savefile_offset(s) ? VQ_SAVEFILE_DAMAGED : VQ_SAVEFILE_FOREIGN,
                     "pcapng version %u of the section at byte %llu is not known, only 1", major,
                     (unsigned long long)vq_savefile_offset(s));
    return false;
}

static bool is_packet(uint32_t type)
{
    return type == BLOCK_EPB || type == BLOCK_PB || type == BLOCK_SPB;
}

/* Works on one whole block in the window, or says how many bytes are wanted. */
static enum step block_step(struct vq_savefile *s, struct vq_frame *out, size_t *need)
{
    struct vq_rd r = s->w;
    const uint8_t *h = vq_rd_take(&r, 8);
    *need = BLOCK_EDGE;
    if (!h || vq_rd_left(&r) < 4)
        return STEP_MORE;
    uint32_t type = vq_savefile_u32(s, h);
    if (type == VQ_PCAPNG_SHB && !section_order(s, r.p))
        return STEP_STOP;
    uint32_t total = vq_savefile_u32(s, h + 4);
    if (total < BLOCK_EDGE || total % 4) {
        damaged_at(s, "block length", total);
        return STEP_STOP;
    }
    bool wanted = is_packet(type) || type == BLOCK_IDB || type == VQ_PCAPNG_SHB;
    if (total > VQ_SAVEFILE_ROOM) {
        if (wanted) {
            damaged_at(s, "block length", total);
            return STEP_STOP;
        }
        if (type == BLOCK_DSB)
            return long_secrets(s, total, need);
        s->skip = total;
        return STEP_ON;
    }
    *need = total;
    const uint8_t *body = vq_rd_take(&r, total - BLOCK_EDGE), *tail = vq_rd_take(&r, 4);
    if (!body || !tail)
        return STEP_MORE;
    if (vq_savefile_u32(s, tail) != total) {
        vq_savefile_stop(s, VQ_SAVEFILE_DAMAGED, "block at byte %llu is %u bytes long at its start and %u at its end",
                         (unsigned long long)vq_savefile_offset(s), total, vq_savefile_u32(s, tail));
        return STEP_STOP;
    }
    struct vq_rd b = vq_rd(body, total - BLOCK_EDGE);
    bool ok = true;
    if (type == BLOCK_SPB)
        ok = simple_block(s, b, out);
    else if (is_packet(type))
        ok = packet_block(s, type, b, out);
    else if (type == BLOCK_IDB)
        ok = iface_add(s, b);
    else if (type == VQ_PCAPNG_SHB)
        ok = section_open(s, b);
    else if (type == BLOCK_DSB)
        secrets_block(s, b);
    else if (type == BLOCK_ISB)
        statistics_block(s, b);
    if (!ok)
        return STEP_STOP;
    s->w = r;
    return is_packet(type) ? STEP_FRAME : STEP_ON;
}

/* Passes over the rest of a block too large for the window; false when the input ends before it does. */
static bool skip_rest(struct vq_savefile *s)
{
    while (s->skip) {
        size_t left = vq_rd_left(&s->w);
        size_t n = s->skip < left ? (size_t)s->skip : left;
        vq_rd_skip(&s->w, n);
        s->skip -= n;
        if (s->skip && !vq_savefile_fill(s, 1)) {
            cut_block(s, s->skip);
            return false;
        }
    }
    return true;
}

size_t vq_pcapng_next(struct vq_savefile *s, struct vq_frame *frames, size_t max)
{
    size_t n = 0, need = 0;
    while (n < max) {
        if (s->skip) {
            /* Refilling moves the window, so the frames already in this batch go out first. */
            if (n || !pass_secrets(s) || !skip_rest(s))
                break;
        }
        enum step step = block_step(s, &frames[n], &need);
        if (step == STEP_FRAME)
            n++;
        if (step == STEP_STOP || (step == STEP_MORE && n))
            break;
        if (step == STEP_MORE && !vq_savefile_fill(s, need)) {
            if (vq_rd_left(&s->w))
                cut_block(s, need);
            else
                vq_savefile_end(s);
            break;
        }
    }
    return n;
}
