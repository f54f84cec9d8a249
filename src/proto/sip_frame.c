/* sip_frame.c - see sip_frame.h. */
#include "proto/sip_frame.h"

#include <errno.h>
#include <stdlib.h>

#include "proto/classify.h"
#include "proto/sip_impl.h"
#include "util/str.h"

#define CHUNK 16384u /* bytes looked at together: bounds the buffer, which holds a message and a chunk */
#define LONGEST_METHOD 64u

const char *vq_sip_frame_fault_text(enum vq_sip_frame_fault f)
{
    static const char *const texts[] = {
        NULL, "no Content-Length, which a byte stream needs", "Content-Length is not a number",
        "body larger than a message may be", "the end of the message was not captured"};
    return texts[f];
}

static bool is_between(uint8_t c)
{
    return vq_str_is_space(c) || c == 0;
}

/* What stands between messages: CR LF, and the blanks and NULs that some stacks send. */
static size_t between(struct vq_sip_framer *f, struct vq_slice s)
{
    size_t i = 0;
    for (; i < s.n && is_between(s.p[i]); i++)
        f->empty_lines += s.p[i] == '\n';
    return i;
}

/* Can a start line begin like this? */
static bool may_begin(struct vq_slice s)
{
    static const char version[] = "SIP/";
    size_t head = s.n < sizeof version - 1 ? s.n : sizeof version - 1, n = 0;
    if (vq_str_ieq(vq_slice(s.p, head), vq_slice(version, head)))
        return true;
    while (n < s.n && n < LONGEST_METHOD && vq_sip_class[s.p[n]] & VQ_C_TOKEN)
        n++;
    return n && (n == s.n || s.p[n] == ' ');
}

static bool is_start(const struct vq_sip_framer *f, struct vq_slice line)
{
    if (!vq_looks_sip(line))
        return false;
    return !f->unsure || vq_str_istarts(line, "SIP/") ||
           vq_sip_method_of(vq_slice(line.p, vq_str_find(line, ' '))) != VQ_SIP_UNKNOWN;
}

static size_t skip(struct vq_sip_framer *f, size_t n)
{
    f->skipped += n;
    return n;
}

static size_t skip_line(struct vq_sip_framer *f, struct vq_slice s)
{
    size_t lf = vq_str_find(s, '\n');
    f->skipping = lf == s.n;
    return skip(f, f->skipping ? s.n : lf + 1);
}

/* At the beginning of a line outside messages. Bytes that are done with, 0: more are needed. */
static size_t line(struct vq_sip_framer *f, struct vq_slice s)
{
    size_t blank = between(f, s);
    if (blank)
        return blank;
    size_t lf = f->scanned + vq_str_find(vq_slice(s.p + f->scanned, s.n - f->scanned), '\n');
    if (lf == s.n && s.n <= VQ_SIP_FRAME_LINE && may_begin(s)) {
        f->scanned = (uint32_t)s.n;
        return 0;
    }
    bool start = lf < s.n && lf < VQ_SIP_FRAME_LINE && is_start(f, vq_slice(s.p, lf));
    f->scanned = 0;
    f->unsure = false;
    if (!start)
        return skip_line(f, s);
    f->in_message = true;
    f->begun++;
    f->head = 0;
    f->scanned = (uint32_t)lf;
    return 0;
}

/* The value of a header with its folded lines (RFC 3261 7.3.1) cut off the front of what follows the header's name. */
static struct vq_slice value_of(struct vq_slice rest)
{
    size_t n = 0;
    do
        n += vq_str_find(vq_slice(rest.p + n, rest.n - n), '\n') + 1;
    while (n < rest.n && vq_str_is_blank(rest.p[n]));
    return vq_str_trim(vq_slice(rest.p, n < rest.n ? n : rest.n));
}

/* RFC 3261 20.14, from the first Content-Length of the headers. */
static void read_length(struct vq_sip_framer *f, struct vq_slice head)
{
    struct vq_slice l;
    f->body = 0;
    f->fault = VQ_FRAME_NO_LENGTH;
    vq_str_line(&head, &l);
    while (vq_str_line(&head, &l)) {
        size_t colon = vq_str_find(l, ':');
        if (colon == l.n || vq_str_is_blank(l.p[0]) ||
            vq_sip_hdr_of(vq_str_trim(vq_slice(l.p, colon))) != VQ_HDR_CONTENT_LENGTH)
            continue;
        const uint8_t *from = l.p + colon + 1;
        struct vq_slice value = value_of(vq_slice(from, (size_t)(head.p + head.n - from)));
        f->fault = vq_str_u32(value, &f->body) ? VQ_FRAME_OK : VQ_FRAME_BAD_LENGTH;
        break;
    }
    if (f->body > VQ_SIP_FRAME_MOST - f->head) {
        f->fault = VQ_FRAME_TOO_LONG;
        f->body = 0;
    }
}

/* Looks for the empty line from the line end at `scanned` on. */
static bool find_head(struct vq_sip_framer *f, struct vq_slice s)
{
    size_t at = f->scanned;
    for (;;) {
        at += vq_str_find(vq_slice(s.p + at, s.n - at), '\n');
        size_t next = at + 1;
        if (next < s.n && s.p[next] == '\r')
            next++;
        if (next >= s.n) {
            f->scanned = (uint32_t)at; /* the end of a line, of which the next is not known yet; or of everything */
            return false;
        }
        if (s.p[next] == '\n') {
            f->head = (uint32_t)next + 1;
            return true;
        }
        at++;
    }
}

static void leave_message(struct vq_sip_framer *f)
{
    f->in_message = false;
    f->scanned = f->head = f->body = 0;
}

/* In a message: as line(). */
static size_t message(struct vq_sip_framer *f, struct vq_slice s, const struct vq_sip_reader *to)
{
    if (!f->head) {
        bool found = find_head(f, s);
        if ((found ? f->head : s.n) > VQ_SIP_FRAME_MOST) {
            leave_message(f); /* headers without an end: nothing in them is looked through again */
            f->skipping = true;
            return skip(f, VQ_SIP_FRAME_MOST);
        }
        if (!found)
            return 0;
        read_length(f, vq_slice(s.p, f->head));
    }
    size_t n = (size_t)f->head + f->body;
    if (s.n < n)
        return 0;
    enum vq_sip_frame_fault fault = f->fault;
    leave_message(f);
    to->h(vq_slice(s.p, n), fault, to->arg);
    return n;
}

/* Bytes of `s` that are done with; the rest waits for more. */
static size_t work(struct vq_sip_framer *f, struct vq_slice s, const struct vq_sip_reader *to)
{
    size_t done = 0;
    while (done < s.n) {
        struct vq_slice rest = vq_slice(s.p + done, s.n - done);
        bool was_inside = f->in_message;
        size_t n = f->skipping ? skip_line(f, rest) : was_inside ? message(f, rest, to) : line(f, rest);
        done += n;
        if (!n && f->in_message == was_inside)
            break;
    }
    return done;
}

static void drop_buffer(struct vq_sip_framer *f, struct vq_budget *budget)
{
    vq_budget_give(budget, f->room);
    free(f->buf);
    f->buf = NULL;
    f->n = f->room = 0;
}

static bool grow(struct vq_sip_framer *f, size_t need, struct vq_budget *budget, int *rc)
{
    size_t room = f->room ? f->room : 2048;
    while (room < need)
        room *= 2;
    if (room == f->room)
        return true;
    if (!vq_budget_take(budget, room - f->room))
        return false;
    uint8_t *p = realloc(f->buf, room);
    if (!p) {
        vq_budget_give(budget, room - f->room);
        *rc = -ENOMEM;
        return false;
    }
    f->buf = p;
    f->room = (uint32_t)room;
    return true;
}

/* Adds to what waits; without room it is all skipped, and with it the line in which it ends. */
static bool append(struct vq_sip_framer *f, struct vq_slice s, struct vq_budget *budget, int *rc)
{
    if (!grow(f, f->n + s.n, budget, rc)) {
        f->skipped += f->n + s.n;
        f->skipping = true;
        leave_message(f);
        drop_buffer(f, budget);
        return false;
    }
    memcpy(f->buf + f->n, s.p, s.n);
    f->n += (uint32_t)s.n;
    return true;
}

static void put_chunk(struct vq_sip_framer *f, struct vq_slice s, const struct vq_sip_reader *to, int *rc)
{
    if (!f->n) {
        size_t done = work(f, s, to);
        if (done < s.n)
            append(f, vq_slice(s.p + done, s.n - done), to->budget, rc);
        return;
    }
    if (!append(f, s, to->budget, rc))
        return;
    size_t done = work(f, vq_slice(f->buf, f->n), to);
    f->n -= (uint32_t)done;
    if (!f->n)
        drop_buffer(f, to->budget);
    else if (done)
        memmove(f->buf, f->buf + done, f->n);
}

int vq_sip_frame_put(struct vq_sip_framer *f, struct vq_slice bytes, const struct vq_sip_reader *to)
{
    int rc = 0;
    while (bytes.n) {
        size_t n = bytes.n < CHUNK ? bytes.n : CHUNK;
        put_chunk(f, vq_str_cut_at(&bytes, n, n), to, &rc);
    }
    return rc;
}

/* What waits is a message all the same when it has all its headers. */
static void give_up(struct vq_sip_framer *f, const struct vq_sip_reader *to)
{
    if (f->in_message && f->head)
        to->h(vq_slice(f->buf, f->n), VQ_FRAME_CUT, to->arg);
    else
        f->skipped += f->n;
    leave_message(f);
    f->skipping = false;
    drop_buffer(f, to->budget);
}

void vq_sip_frame_hole(struct vq_sip_framer *f, const struct vq_sip_reader *to)
{
    give_up(f, to);
    f->unsure = true;
}

void vq_sip_frame_end(struct vq_sip_framer *f, const struct vq_sip_reader *to)
{
    give_up(f, to);
    f->unsure = false;
}

void vq_sip_frame_done(struct vq_sip_framer *f, struct vq_budget *budget)
{
    drop_buffer(f, budget);
    *f = (struct vq_sip_framer){0};
}
