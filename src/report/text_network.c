/* text_network.c - the terminal summary of the network: what part each host plays, NATs, ICE and TURN, keep-alives. */
#include <voipqos/network.h>

#include "report/text.h"

#include <math.h>

#define FEW_HOSTS 12 /* more than these, and phones are only counted */

static unsigned address_columns(const struct vq_network *n)
{
    char text[VQ_ENDPOINT_TEXT];
    size_t most = 0;
    for (size_t i = 0; i < n->n_hosts; i++) {
        size_t columns = strlen(vq_endpoint_host(&n->hosts[i].address, text));
        most = columns > most ? columns : most;
    }
    return (unsigned)most;
}

/* ---- hosts ------------------------------------------------------------------------------------------------------- */

/* Whether a host took part in calls or served them; ICE checks with strangers alone are none of that. */
static bool counts(const struct vq_host *h)
{
    return h->roles || h->sip_messages || h->rtp_sent || h->rtp_received;
}

static bool is_server(const struct vq_host *h)
{
    return h->roles & ~(1u << VQ_ROLE_USER_AGENT | 1u << VQ_ROLE_MEDIA_END);
}

static void roles(struct vq_out *o, const struct vq_host *h, struct vq_buf *b)
{
    vq_buf_clear(b);
    for (unsigned i = 0; i < VQ_ROLES; i++)
        if (h->roles & 1u << i)
            vq_buf_fmt(b, "%s%s", b->n ? ", " : "", vq_role_title((enum vq_role)i));
    if (b->n)
        vq_out_flow(o, is_server(h) ? VQ_TINT_ACCENT : VQ_TINT_PLAIN, b->p);
}

static void names(struct vq_out *o, const char *const list[VQ_HOST_NAMES], enum vq_tint t, struct vq_buf *b)
{
    vq_buf_clear(b);
    for (size_t i = 0; i < VQ_HOST_NAMES && list[i]; i++) {
        size_t from = b->n;
        vq_buf_str(b, i ? ", " : "");
        vq_out_wire(o->st, b, list[i]);
        vq_out_clip(o->st, b, from, 32);
    }
    if (b->n)
        vq_out_flow(o, t, b->p);
}

static void host(struct vq_out *o, const struct vq_host *h, unsigned columns, struct vq_buf *b)
{
    char text[VQ_ENDPOINT_TEXT], n[VQ_NUMBER_TEXT];
    const struct {
        uint64_t n;
        const char *what;
    } rows[] = {{h->sip_messages, "SIP"}, {h->rtp_sent + h->rtp_received, "RTP"}};
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, vq_endpoint_host(&h->address, text), columns, false, VQ_TINT_BOLD);
    vq_buf_str(&o->b, "  ");
    vq_out_flow_begin(o, columns + 4, columns + 4);
    roles(o, h, b);
    names(o, h->users, VQ_TINT_PLAIN, b);
    names(o, h->agents, VQ_TINT_DIM, b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].n) {
            vq_buf_clear(b);
            vq_buf_fmt(b, "%s %s", vq_count_text(rows[i].n, n), rows[i].what);
            vq_out_flow(o, VQ_TINT_PLAIN, b->p);
        }
    vq_out_flow_end(o);
}

static void hosts(struct vq_out *o, const struct vq_network *n, struct vq_buf *b)
{
    uint64_t all = 0, servers = 0, row = 0, left_out = 0;
    for (size_t i = 0; i < n->n_hosts; i++) {
        all += counts(&n->hosts[i]);
        servers += is_server(&n->hosts[i]);
    }
    /* Of two the lines of the calls say everything, and a crowd of phones alone says nothing. */
    if (all <= 2 || (all > FEW_HOSTS && !servers))
        return;
    vq_out_heading(o, "Hosts", all);
    for (size_t i = 0; i < n->n_hosts && !vq_out_stopped(o); i++) {
        const struct vq_host *h = &n->hosts[i];
        if (!counts(h))
            continue;
        if (!vq_text_shown(o, row) || (all > FEW_HOSTS && !is_server(h))) {
            left_out++;
            continue;
        }
        host(o, h, address_columns(n), b);
        row++;
    }
    vq_text_more(o, left_out, all > FEW_HOSTS ? "hosts, phones most likely" : "hosts");
}

/* ---- NATs --------------------------------------------------------------------------------------------------------- */

static void nat_words(struct vq_out *o, const struct vq_nat_client *c, struct vq_buf *b)
{
    static const char *const shown_by[VQ_NAT_EVIDENCES] = {"STUN", "its ICE candidates", "Via", "Contact", "where its RTP comes from"};
    uint64_t first[VQ_NAT_EVIDENCES] = {0};
    bool ports = false;
    for (size_t i = 0; i < c->n_mappings; i++) {
        ports |= c->mappings[i].inside.port && c->mappings[i].outside.port;
        for (unsigned k = 0; k < VQ_NAT_EVIDENCES; k++)
            if (!first[k] || (c->mappings[i].frames[k] && c->mappings[i].frames[k] < first[k]))
                first[k] = c->mappings[i].frames[k];
    }
    if (ports)
        vq_out_flow(o, VQ_TINT_PLAIN, c->ports_kept ? "keeps ports" : "changes ports");
    if (c->behaviour != VQ_NAT_UNKNOWN)
        vq_out_flow(o, c->behaviour == VQ_NAT_DEPENDENT ? VQ_TINT_FAIR : VQ_TINT_PLAIN,
                    c->behaviour == VQ_NAT_DEPENDENT ? "symmetric" : "the same port for every server");
    vq_buf_clear(b);
    for (unsigned k = 0; k < VQ_NAT_EVIDENCES; k++)
        if (first[k])
            vq_buf_fmt(b, "%s%s (frame %llu)", b->n ? ", " : "shown by ", shown_by[k], (unsigned long long)first[k]);
    vq_out_flow(o, VQ_TINT_DIM, b->p);
}

static void nats(struct vq_out *o, const struct vq_network *n, struct vq_buf *b)
{
    char in[VQ_ENDPOINT_TEXT], out[VQ_ENDPOINT_TEXT];
    size_t row = 0;
    if (!n->n_nats)
        return;
    vq_out_heading(o, "Behind NAT", n->n_nats);
    for (; row < n->n_nats && vq_text_shown(o, row) && !vq_out_stopped(o); row++) {
        const struct vq_nat_client *c = &n->nats[row];
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s %s %s", vq_endpoint_host(&c->inside, in), vq_glyph(o->st, VQ_GLYPH_ARROW),
                   vq_endpoint_host(&c->outside, out));
        vq_buf_str(&o->b, "  ");
        vq_out_field(o, b->p, 33, false, VQ_TINT_BOLD);
        vq_buf_str(&o->b, "  ");
        vq_out_flow_begin(o, 37, 37);
        nat_words(o, c, b);
        vq_out_flow_end(o);
    }
    vq_text_more(o, n->n_nats - row, "hosts behind NATs");
}

/* ---- ICE and TURN -------------------------------------------------------------------------------------------------- */

static bool tells(const struct vq_stun *s)
{
    return s->nominated_frame || s->relayed.family;
}

static void pair(struct vq_out *o, const struct vq_stun *s, struct vq_buf *b)
{
    char from[VQ_ENDPOINT_TEXT], to[VQ_ENDPOINT_TEXT], n[VQ_NUMBER_TEXT];
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, s->relayed.family ? "TURN" : "ICE", VQ_TEXT_LABEL - 2, false, VQ_TINT_DIM);
    vq_out_flow_begin(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL);
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s %s %s", vq_endpoint_text(&s->client, from), vq_glyph(o->st, VQ_GLYPH_ARROW),
               vq_endpoint_text(&s->server, to));
    vq_out_flow(o, VQ_TINT_BOLD, b->p);
    vq_buf_clear(b);
    if (s->nominated_frame)
        vq_buf_fmt(b, "this pair was chosen by %s (frame %llu)", vq_endpoint_host(&s->client, from),
                   (unsigned long long)s->nominated_frame);
    else
        vq_buf_fmt(b, "relays as %s", vq_endpoint_text(&s->relayed, from));
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    if (s->channel_frames) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s ChannelData", vq_count_text(s->channel_frames, n));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    vq_out_flow_end(o);
}

static void pairs(struct vq_out *o, const struct vq_engine *e, struct vq_buf *b)
{
    struct vq_stun s;
    uint64_t all = 0, row = 0;
    size_t n = vq_stun_count(e);
    for (size_t i = 0; i < n; i++)
        all += vq_stun_get(e, i, &s) && tells(&s);
    if (!all)
        return;
    vq_out_heading(o, "ICE and TURN", all);
    for (size_t i = 0; i < n && vq_text_shown(o, row) && !vq_out_stopped(o); i++)
        if (vq_stun_get(e, i, &s) && tells(&s)) {
            pair(o, &s, b);
            row++;
        }
    vq_text_more(o, all - row, "pairs");
}

/* ---- keep-alives ---------------------------------------------------------------------------------------------------- */

static void keep_alives(struct vq_out *o, const struct vq_network *n, struct vq_buf *b)
{
    static const char *const words[VQ_KEEP_KINDS] = {"line ends", "zeros", "empty", "STUN indications"};
    char from[VQ_ENDPOINT_TEXT], to[VQ_ENDPOINT_TEXT], t[VQ_NUMBER_TEXT];
    size_t row = 0;
    if (!n->n_keep_alives)
        return;
    vq_out_heading(o, "UDP keep-alives", n->n_keep_alives);
    for (; row < n->n_keep_alives && vq_text_shown(o, row) && !vq_out_stopped(o); row++) {
        const struct vq_keep_alive *k = &n->keep_alives[row];
        vq_out_flow_begin(o, 2, 0);
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s %s %s", vq_endpoint_text(&k->src, from), vq_glyph(o->st, VQ_GLYPH_ARROW),
                   vq_endpoint_text(&k->dst, to));
        vq_out_flow(o, VQ_TINT_BOLD, b->p);
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s%s %s", vq_glyph(o->st, VQ_GLYPH_TIMES), vq_count_text(k->count, t), words[k->kind]);
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
        if (!isnan(k->interval_s)) {
            vq_buf_clear(b);
            vq_buf_fmt(b, "every %s", vq_duration_text(o->st, (int64_t)(k->interval_s * 1e9), t));
            vq_out_flow(o, VQ_TINT_PLAIN, b->p);
        }
        vq_out_flow_end(o);
    }
    vq_text_more(o, n->n_keep_alives - row, "pairs");
}

void vq_text_network(struct vq_out *o, const struct vq_engine *e)
{
    struct vq_network n;
    struct vq_buf b;
    int rc = vq_network_get(e, &n);
    if (rc) {
        o->rc = o->rc ? o->rc : rc;
        return;
    }
    vq_buf_init(&b);
    hosts(o, &n, &b);
    nats(o, &n, &b);
    pairs(o, e, &b);
    keep_alives(o, &n, &b);
    o->b.failed |= b.failed;
    vq_buf_done(&b);
}
