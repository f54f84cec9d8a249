/* ladder_draw.c - the canvas of a ladder: lanes, rows of cells, arrows. */
#include "report/ladder.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/str.h"

#define MARGIN 9      /* columns beside the outer lanes, for half a title */
#define SPACE_MOST 56 /* lanes further apart are hard to follow */

/* ---- lanes ------------------------------------------------------------------------------------------------------- */

/* A host whose messages go to itself (two programs on one machine) gets a lane for each of its ports. */
void vq_ladder_lane_split(struct vq_ladder *l, const struct vq_reader *messages)
{
    struct vq_message m;
    for (struct vq_reader at = *messages; vq_reader_next(&at, &m);)
        if (vq_endpoint_same_host(&m.src, &m.dst) && !vq_endpoint_eq(&m.src, &m.dst)) {
            unsigned i = 0;
            while (i < l->n_lanes && !vq_endpoint_same_host(&l->lanes[i].ep, &m.src))
                i++;
            if (i < l->n_lanes || l->n_lanes == VQ_LANES)
                continue;
            l->lanes[l->n_lanes++] = (struct vq_lane){.ep = m.src, .by_port = true};
        }
    /* What is there now are notes of hosts, not lanes: keep them behind, out of the way of the order of appearance. */
    struct vq_endpoint hosts[VQ_LANES];
    unsigned n = l->n_lanes;
    for (unsigned i = 0; i < n; i++)
        hosts[i] = l->lanes[i].ep;
    l->n_lanes = 0;
    for (struct vq_reader at = *messages; vq_reader_next(&at, &m);) {
        const struct vq_endpoint *ends[] = {&m.src, &m.dst};
        for (size_t k = 0; k < 2; k++) {
            bool by_port = false;
            for (unsigned i = 0; i < n; i++)
                by_port |= vq_endpoint_same_host(&hosts[i], ends[k]);
            unsigned i = 0;
            while (i < l->n_lanes && !(by_port ? vq_endpoint_eq(&l->lanes[i].ep, ends[k])
                                               : vq_endpoint_same_host(&l->lanes[i].ep, ends[k])))
                i++;
            if (i < l->n_lanes) {
                l->lanes[i].ports_differ |= l->lanes[i].ep.port != ends[k]->port;
            } else if (l->n_lanes < VQ_LANES) {
                l->lanes[l->n_lanes++] = (struct vq_lane){.ep = *ends[k], .by_port = by_port, .signalling = true};
            } else {
                l->lanes[VQ_LANES - 1].others = true;
            }
        }
    }
}

unsigned vq_ladder_lane(struct vq_ladder *l, const struct vq_endpoint *ep, bool media)
{
    unsigned host = l->n_lanes;
    for (unsigned i = 0; i < l->n_lanes; i++) {
        if (vq_endpoint_eq(&l->lanes[i].ep, ep))
            return i;
        if (host == l->n_lanes && vq_endpoint_same_host(&l->lanes[i].ep, ep) && (media || !l->lanes[i].by_port))
            host = i;
    }
    if (host < l->n_lanes)
        return host;
    if (l->n_lanes == VQ_LANES) {
        l->lanes[VQ_LANES - 1].others = true;
        return VQ_LANES - 1;
    }
    l->lanes[l->n_lanes] = (struct vq_lane){.ep = *ep, .ports_differ = media};
    return l->n_lanes++;
}

bool vq_ladder_place(struct vq_ladder *l)
{
    unsigned n = l->n_lanes, space = VQ_LANE_SPACE;
    /* A line that the terminal breaks is worse than one that says less. */
    bool narrow = n > 1 && VQ_LADDER_LEFT + 2 * MARGIN + (n - 1) * VQ_LANE_SPACE > l->o.width;
    l->left = narrow ? VQ_LADDER_NARROW : VQ_LADDER_LEFT;
    unsigned least = narrow ? VQ_LANE_TIGHT : VQ_LANE_SPACE, first = l->left + MARGIN;
    if (n > 1 && l->o.width > first + MARGIN) {
        space = (l->o.width - first - MARGIN) / (n - 1);
        space = space < least ? least : space > SPACE_MOST ? SPACE_MOST : space;
    }
    for (unsigned i = 0; i < n; i++)
        l->lanes[i].x = first + i * space;
    unsigned last = n ? l->lanes[n - 1].x : first;
    l->columns = last + MARGIN;
    l->cells = calloc(l->columns, sizeof l->cells[0]);
    return l->cells != NULL;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static void set(struct vq_ladder *l, unsigned x, const char *glyph, enum vq_tint t)
{
    if (x >= l->columns)
        return;
    snprintf(l->cells[x].glyph, sizeof l->cells[x].glyph, "%s", glyph);
    l->cells[x].tint = t;
}

void vq_ladder_row(struct vq_ladder *l)
{
    for (unsigned x = 0; x < l->columns; x++)
        set(l, x, " ", VQ_TINT_PLAIN);
    for (unsigned i = 0; i < l->n_lanes; i++)
        set(l, l->lanes[i].x, l->o.st->utf8 ? "│" : "|", VQ_TINT_DIM);
}

void vq_ladder_put(struct vq_ladder *l, unsigned x, unsigned columns, const char *text, enum vq_tint t)
{
    size_t fit = vq_text_fit(text, columns);
    struct vq_slice s = vq_slice(text, fit);
    unsigned last = x;
    bool begun = false;
    while (s.n) {
        uint32_t cp;
        size_t len = vq_utf8_next(s, &cp);
        len = len ? len : 1;
        char glyph[8] = "";
        memcpy(glyph, s.p, len);
        size_t wide = vq_text_columns(glyph, len);
        if (wide) {
            if (x + wide > l->columns)
                return;
            set(l, x, glyph, t);
            last = x;
            begun = true;
            if (wide == 2)
                set(l, x + 1, "", t);
            x += (unsigned)wide;
        } else if (begun && strlen(l->cells[last].glyph) + len < sizeof l->cells[last].glyph) {
            strcat(l->cells[last].glyph, glyph);
        }
        s = vq_slice(s.p + len, s.n - len);
    }
}

static unsigned columns_of(const char *text)
{
    return (unsigned)vq_text_columns(text, strlen(text));
}

/* Writes the label, clipped when even the shortest form is too long, and returns its width. */
static unsigned label_at(struct vq_ladder *l, unsigned x, unsigned room, const char *text, enum vq_tint t)
{
    struct vq_buf *b = &l->o.tmp;
    vq_buf_clear(b);
    vq_buf_str(b, text);
    vq_out_clip(l->o.st, b, 0, room);
    vq_ladder_put(l, x, room, b->p, t);
    return columns_of(b->p);
}

static unsigned first_fitting(const char *const *labels, unsigned room)
{
    unsigned i = 0;
    while (labels[i + 1] && columns_of(labels[i]) > room)
        i++;
    return i;
}

/* Sender and receiver share a lane: the label stands beside a hook. */
static unsigned hook(struct vq_ladder *l, unsigned lane, const char *const *labels, enum vq_tint t)
{
    unsigned x = l->lanes[lane].x, room = l->columns - x > 4 ? l->columns - x - 4 : 0;
    if (lane + 1 == l->n_lanes && lane) {
        /* No room on the right of the last lane. */
        room = x - l->lanes[lane - 1].x - 5;
        unsigned which = first_fitting(labels, room);
        unsigned w = columns_of(labels[which]) < room ? columns_of(labels[which]) : room;
        label_at(l, x - 3 - w, room, labels[which], t);
        vq_ladder_put(l, x - 2, 2, l->o.st->utf8 ? "↪" : "_>", t);
        return which;
    }
    if (lane + 1 < l->n_lanes)
        room = l->lanes[lane + 1].x - x - 5;
    unsigned which = first_fitting(labels, room);
    vq_ladder_put(l, x + 1, 2, l->o.st->utf8 ? "↩" : "<_", t);
    label_at(l, x + 4, room, labels[which], t);
    return which;
}

unsigned vq_ladder_arrow(struct vq_ladder *l, unsigned from, unsigned to, enum vq_stroke stroke,
                         const char *const *labels, enum vq_tint t)
{
    static const char *const utf8[] = {[VQ_STROKE_SIP] = "─", [VQ_STROKE_RTP] = "═"};
    static const char *const ascii[] = {[VQ_STROKE_SIP] = "-", [VQ_STROKE_RTP] = "="};
    const char *line = l->o.st->utf8 ? utf8[stroke] : ascii[stroke];
    if (from == to)
        return hook(l, from, labels, t);
    bool right = l->lanes[to].x > l->lanes[from].x;
    unsigned a = l->lanes[right ? from : to].x, b = l->lanes[right ? to : from].x;
    for (unsigned x = a + 1; x < b; x++)
        set(l, x, line, t);
    if (right)
        set(l, b - 1, l->o.st->utf8 ? "▶" : ">", t);
    else
        set(l, a + 1, l->o.st->utf8 ? "◀" : "<", t);
    unsigned inner = b - a - 2, room = inner - 3; /* without the head; the label with two spaces and a stroke */
    unsigned which = first_fitting(labels, room);
    unsigned w = columns_of(labels[which]) < room ? columns_of(labels[which]) : room;
    unsigned x = a + 1 + !right + (inner - w + right) / 2;
    w = label_at(l, x, room, labels[which], t);
    set(l, x - 1, " ", t);
    set(l, x + w, " ", t);
    return which;
}

unsigned vq_ladder_between(struct vq_ladder *l, unsigned from, unsigned to, const char *const *labels, enum vq_tint t)
{
    if (from == to)
        return hook(l, from, labels, t);
    unsigned x = l->lanes[from].x, y = l->lanes[to].x;
    unsigned a = x < y ? x : y, inner = (x < y ? y - x : x - y) - 1;
    for (unsigned i = a + 1; i < a + 1 + inner; i++)
        set(l, i, " ", t);
    unsigned which = first_fitting(labels, inner);
    unsigned w = columns_of(labels[which]) < inner ? columns_of(labels[which]) : inner;
    label_at(l, a + 1 + (inner - w) / 2, inner, labels[which], t);
    return which;
}

void vq_ladder_end(struct vq_ladder *l)
{
    enum vq_tint t = VQ_TINT_PLAIN;
    unsigned last = l->columns;
    while (last && !strcmp(l->cells[last - 1].glyph, " "))
        last--;
    for (unsigned x = 0; x < last; x++) {
        if (l->cells[x].tint != t && strcmp(l->cells[x].glyph, " ")) {
            if (t != VQ_TINT_PLAIN)
                vq_out_tint(&l->o, VQ_TINT_PLAIN);
            t = l->cells[x].tint;
            if (t != VQ_TINT_PLAIN)
                vq_out_tint(&l->o, t);
        }
        vq_buf_str(&l->o.b, l->cells[x].glyph);
    }
    if (t != VQ_TINT_PLAIN)
        vq_out_tint(&l->o, VQ_TINT_PLAIN);
    vq_out_newline(&l->o);
}

/* ---- titles ------------------------------------------------------------------------------------------------------ */

/* "anna (caller)", or as much of it as there is room for. */
static void lane_name(struct vq_ladder *l, const struct vq_lane *a, struct vq_buf *b, unsigned room)
{
    const char *role = a->role ? a->role : a->signalling ? "" : "media";
    if (!a->user) {
        vq_buf_str(b, role);
        return;
    }
    vq_out_wire(l->o.st, b, a->user);
    if (*role && columns_of(b->p) + strlen(role) + 3 <= room)
        vq_buf_fmt(b, " (%s)", role);
}

static void title_row(struct vq_ladder *l, unsigned row, enum vq_tint t)
{
    struct vq_buf b;
    char host[VQ_ENDPOINT_TEXT];
    vq_buf_init(&b);
    for (unsigned x = 0; x < l->columns; x++)
        set(l, x, " ", VQ_TINT_PLAIN);
    unsigned space = l->n_lanes > 1 ? l->lanes[1].x - l->lanes[0].x - 2 : 2 * MARGIN + 4;
    for (unsigned i = 0; i < l->n_lanes; i++) {
        const struct vq_lane *a = &l->lanes[i];
        unsigned room = i + 1 == l->n_lanes && space > 2 * MARGIN + 4 ? 2 * MARGIN + 4 : space;
        vq_buf_clear(&b);
        if (row == 0 && a->others)
            vq_buf_str(&b, "several hosts");
        else if (row == 0)
            vq_buf_str(&b, a->ports_differ ? vq_endpoint_host(&a->ep, host) : vq_endpoint_text(&a->ep, host));
        else if (row == 1)
            lane_name(l, a, &b, room);
        else if (row == 2)
            vq_out_wire(l->o.st, &b, a->agent);
        vq_out_clip(l->o.st, &b, 0, room);
        unsigned w = columns_of(b.p), half = w / 2;
        unsigned x = a->x > half ? a->x - half : 0;
        vq_ladder_put(l, x + w > l->columns ? l->columns - w : x, w, b.p, t);
    }
    l->o.b.failed |= b.failed;
    vq_buf_done(&b);
    vq_ladder_end(l);
}

void vq_ladder_titles(struct vq_ladder *l)
{
    bool names = false, agents = false;
    for (unsigned i = 0; i < l->n_lanes; i++) {
        names |= l->lanes[i].user || l->lanes[i].role || !l->lanes[i].signalling;
        agents |= l->lanes[i].agent != NULL;
    }
    title_row(l, 0, VQ_TINT_BOLD);
    if (names)
        title_row(l, 1, VQ_TINT_PLAIN);
    if (agents)
        title_row(l, 2, VQ_TINT_DIM);
    vq_ladder_row(l);
    const char *columns = l->left == VQ_LADDER_LEFT ? "   time s       +s   frame" : "   time s  frame";
    vq_ladder_put(l, 0, l->left, columns, VQ_TINT_DIM);
    vq_ladder_end(l);
}
