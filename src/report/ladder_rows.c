/* ladder_rows.c - the rows of a ladder: a message or a stream as an arrow with its label. */
#include "report/ladder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/text.h"

void vq_ladder_left(struct vq_drawing *d, int64_t ts, uint64_t frame)
{
    char text[64];
    vq_ladder_row(&d->l);
    snprintf(text, sizeof text, "%9.3f", (double)(ts - d->zero) / 1e9);
    vq_ladder_put(&d->l, 0, d->l.left, text, VQ_TINT_PLAIN);
    if (d->before != VQ_NONE && d->l.left == VQ_LADDER_LEFT) {
        snprintf(text, sizeof text, "%+8.3f", (double)(ts - d->before) / 1e9);
        vq_ladder_put(&d->l, 10, d->l.left - 10, text, VQ_TINT_DIM);
    }
    snprintf(text, sizeof text, "%7llu", (unsigned long long)frame);
    vq_ladder_put(&d->l, d->l.left - 8, 8, text, VQ_TINT_DIM);
    d->before = ts;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static enum vq_tint tint_of_message(const struct vq_message *m)
{
    if (m->method)
        return VQ_TINT_ACCENT;
    if (m->status < 200)
        return VQ_TINT_PLAIN;
    if (m->status < 300)
        return VQ_TINT_GOOD;
    if (m->status < 400 || m->status == 401 || m->status == 407)
        return VQ_TINT_FAIR;
    return VQ_TINT_BAD;
}

/* "PCMU PCMA" of "PCMU PCMA telephone-event @ 10.0.0.1:4000 sendonly" */
static void codecs_of(const struct vq_report_style *st, struct vq_buf *b, const char *sdp)
{
    const char *at = strstr(sdp, " @ ");
    size_t n = at ? (size_t)(at - sdp) : strlen(sdp);
    bool any = false;
    while (n) {
        size_t word = 0;
        while (word < n && sdp[word] != ' ')
            word++;
        static const char event[] = "telephone-event";
        char name[32];
        if (word && !(word == sizeof event - 1 && !strncmp(sdp, event, word))) {
            size_t kept = word < sizeof name ? word : sizeof name - 1;
            memcpy(name, sdp, kept);
            name[kept] = '\0';
            if (any)
                vq_buf_char(b, ' ');
            vq_out_wire(st, b, name);
            any = true;
        }
        word += word < n;
        sdp += word;
        n -= word;
    }
}

/* Reason phrases that are too long for neighbouring lanes, as people say them. Kamailio's "trying -- your call is
 * important to us" loses its courtesy. */
static void put_brief(const struct vq_report_style *st, struct vq_buf *b, const char *reason)
{
    static const char *const rows[][2] = {
        {"Proxy Authentication Required", "Proxy Auth Required"},
        {"Session Progress", "Progress"},
        {"Request Terminated", "Terminated"},
        {"Moved Temporarily", "Moved"},
        {"Temporarily Unavailable", "Unavailable"},
        {"Temporarily unavailable", "Unavailable"},
        {"Call/Transaction Does Not Exist", "No Such Call"},
        {"Call Leg/Transaction Does Not Exist", "No Such Call"},
        {"Unsupported Media Type", "Bad Media Type"},
        {"Server Internal Error", "Server Error"},
        {"Internal Server Error", "Server Error"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!strcmp(reason, rows[i][0]))
            reason = rows[i][1];
    size_t from = b->n;
    vq_out_wire(st, b, reason);
    char *more = b->n > from ? strstr(b->p + from, " -- ") : NULL;
    if (more) {
        *more = '\0';
        b->n = (size_t)(more - b->p);
    }
}

/* Its repetition is a timer's of RFC 3261. */
static bool has_timer(const struct vq_message *m)
{
    return m->retransmission && m->timer && strlen(m->timer) == 1;
}

/* "to 1003" of "to sip:1003@10.0.0.2, replaces 5b1e@10.0.0.1" */
static void brief_detail(const struct vq_report_style *st, struct vq_buf *b, const char *detail)
{
    char text[64];
    const char *sip = strstr(detail, "sip:");
    snprintf(text, sizeof text, "%.*s%s", sip ? (int)(sip - detail) : 0, detail, sip ? sip + 4 : detail);
    if (sip)
        text[strcspn(text, "@;,")] = '\0';
    vq_buf_str(b, " (");
    vq_out_wire(st, b, text);
    vq_buf_char(b, ')');
}

enum reason { REASON_NONE, REASON_BRIEF, REASON_FULL };

static void name_message(struct vq_drawing *d, const struct vq_message *m, struct vq_buf *b, enum reason reason)
{
    const struct vq_report_style *st = d->l.o.st;
    vq_buf_clear(b);
    if (has_timer(m))
        vq_buf_fmt(b, st->utf8 ? "↻%s%u " : "(R %s%u) ", m->timer, m->repeat);
    else if (m->retransmission)
        vq_buf_str(b, st->utf8 ? "↻ " : "(R) ");
    if (m->method)
        vq_out_wire(st, b, m->method);
    else
        vq_buf_fmt(b, "%u", m->status);
    if (!m->method && reason && m->reason && *m->reason) {
        vq_buf_char(b, ' ');
        if (reason == REASON_FULL)
            vq_out_wire(st, b, m->reason);
        else
            put_brief(st, b, m->reason);
    }
    if (st->verbose && m->cseq_method && reason == REASON_FULL)
        vq_buf_fmt(b, ", CSeq %u", m->cseq);
    if (m->transport != VQ_UDP && reason == REASON_FULL)
        vq_buf_fmt(b, " [%s]", vq_transport_name((enum vq_transport)m->transport));
}

void vq_ladder_message(struct vq_drawing *d, const struct vq_message *m)
{
    struct vq_labels *w = &d->words;
    const struct vq_report_style *st = d->l.o.st;
    vq_ladder_left(d, m->ts, m->frame);
    name_message(d, m, &w->full, REASON_FULL);
    name_message(d, m, &w->shorter, REASON_FULL);
    name_message(d, m, &w->brief, REASON_BRIEF);
    name_message(d, m, &w->shortest, m->sdp ? REASON_NONE : REASON_BRIEF);
    if (m->sdp) {
        vq_buf_str(&w->full, " (SDP: ");
        codecs_of(st, &w->full, m->sdp);
        vq_buf_str(&w->full, m->hold ? ", hold)" : ")");
        vq_buf_str(&w->shorter, m->hold ? " (SDP, hold)" : " (SDP)");
        vq_buf_str(&w->brief, m->hold ? " (hold)" : " (SDP)");
        vq_buf_str(&w->shortest, m->hold ? " (hold)" : " (SDP)");
    }
    if (m->detail) {
        vq_buf_str(&w->full, " (");
        vq_out_wire(st, &w->full, m->detail);
        vq_buf_char(&w->full, ')');
        if (!m->sdp)
            brief_detail(st, &w->shorter, m->detail);
    }
    const char *const labels[] = {w->full.p, w->shorter.p, w->brief.p, w->shortest.p,
                                  NULL};
    vq_ladder_arrow(&d->l, vq_ladder_lane(&d->l, &m->src, false), vq_ladder_lane(&d->l, &m->dst, false), VQ_STROKE_SIP,
                    labels, tint_of_message(m));
    vq_ladder_end(&d->l);
    d->repeated |= m->retransmission;
    d->timed |= has_timer(m);
    if (!m->defect)
        return;
    vq_buf_clear(&w->full);
    vq_buf_fmt(&w->full, "%s malformed: ", vq_glyph(st, VQ_GLYPH_WARNING));
    vq_out_wire(st, &w->full, m->defect);
    vq_out_clip(st, &w->full, 0, d->l.columns - d->l.left);
    vq_ladder_row(&d->l);
    vq_ladder_put(&d->l, d->l.left, d->l.columns, w->full.p, VQ_TINT_FAIR);
    vq_ladder_end(&d->l);
}

/* ---- media ------------------------------------------------------------------------------------------------------- */

/* What a stream's bar says of it, with the MOS. */
enum { PACKETS = 1, LOSS = 2, LATE = 4 };

static void put_figures(const struct vq_drawing *d, const struct vq_stream *s, unsigned what, struct vq_buf *b)
{
    const struct vq_report_style *st = d->l.o.st;
    char n[VQ_NUMBER_TEXT];
    if (what & PACKETS)
        vq_buf_fmt(b, "%s packets, ", vq_count_text(s->packets, n));
    if (what & LOSS)
        vq_buf_fmt(b, "%s %% loss, ", vq_percent_text(st, s->loss_pct, 1, n));
    if (what & LATE)
        vq_buf_fmt(b, "%s %% late, ", vq_percent_text(st, vq_stream_late_pct(s), 1, n));
    vq_buf_fmt(b, "MOS %s", vq_real_text(st, s->scored ? s->mos : NAN, 2, n));
}

/* Three ways to say it, each shorter, behind `head`. */
static void figures(struct vq_drawing *d, const struct vq_stream *s, const char *head)
{
    unsigned late = vq_stream_late_pct(s) > 0 ? LATE : 0;
    const unsigned what[] = {PACKETS | LOSS | late, LOSS | late, late && !s->lost ? LATE : LOSS};
    struct vq_buf *const words[] = {&d->words.full, &d->words.shorter, &d->words.brief};
    for (size_t i = 0; i < 3; i++) {
        vq_buf_clear(words[i]);
        if (*head)
            vq_buf_fmt(words[i], "%s, ", head);
        put_figures(d, s, what[i], words[i]);
    }
}

/* "RTP PCMU 8.00 s, 0.0 % loss, MOS 4.41" on the arrow; where lanes are close the figures stand below it, and where even
 * that is too little room for both, what came too late below the loss. */
void vq_ladder_stream(struct vq_drawing *d, const struct vq_stream *s)
{
    struct vq_labels *w = &d->words;
    const struct vq_report_style *st = d->l.o.st;
    char n[VQ_NUMBER_TEXT];
    enum vq_tint t = s->scored ? vq_tint_of_r(vq_stream_r_nb(s)) : VQ_TINT_PLAIN;
    unsigned from = vq_ladder_lane(&d->l, &s->src, true), to = vq_ladder_lane(&d->l, &s->dst, true);
    vq_buf_clear(&w->shortest);
    vq_buf_str(&w->shortest, "RTP ");
    if (s->codec)
        vq_out_wire(st, &w->shortest, s->codec);
    else
        vq_buf_fmt(&w->shortest, "PT %u", s->payload_types[0]);
    vq_out_clip(st, &w->shortest, 0, 16);
    vq_buf_fmt(&w->shortest, " %s", vq_duration_text(st, s->end - s->start, n));
    figures(d, s, w->shortest.p);
    vq_ladder_left(d, s->start, s->first_frame);
    const char *const labels[] = {w->full.p, w->shorter.p, w->brief.p, w->shortest.p, NULL};
    unsigned which = vq_ladder_arrow(&d->l, from, to, VQ_STROKE_RTP, labels, t);
    vq_ladder_end(&d->l);
    if (which == 3) {
        figures(d, s, "");
        const char *const below[] = {w->full.p, w->shorter.p, w->brief.p, NULL};
        vq_ladder_row(&d->l);
        which = vq_ladder_between(&d->l, from, to, below, t);
        vq_ladder_end(&d->l);
    }
    if (!(vq_stream_late_pct(s) > 0))
        return;
    d->late_ms = s->ta_buffer_ms;
    if (!s->lost || which < 2)
        return;
    vq_buf_clear(&w->brief);
    vq_buf_fmt(&w->brief, "%s %% late", vq_percent_text(st, vq_stream_late_pct(s), 1, n));
    const char *const last[] = {w->brief.p, NULL};
    vq_ladder_row(&d->l);
    vq_ladder_between(&d->l, from, to, last, t);
    vq_ladder_end(&d->l);
}
