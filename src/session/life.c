/* life.c - an engine's birth, caps and death. */
#include "proto/inflate.h"
#include "session/session.h"
#include "session/tls_in.h"

#include <voipqos/version.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void vq_options_defaults(struct vq_options *o)
{
    *o = (struct vq_options){
        .max_flows = 65536,
        .max_streams = 32768,
        .max_calls = 8192,
        .max_registrations = 8192,
        .max_dialogs = 8192,
        .max_tls_keys = 65536,
        .max_messages = 500,
        .buffer_ms = 40,
        .buffers_ms = {20, 40, 60, 100, 200},
        .n_buffers = 5,
        .network_ms = (double)NAN,
        .g711 = "g711",
        .simple_model = "cole-rosenbluth",
        .join_threshold = 0.7,
        .stream_idle = 30 * VQ_S,
    };
}

#define ARENA_CHUNK 448u

/* The largest pool there can be bounds what larger caps would ask for. */
static uint32_t bounded(uint64_t n)
{
    return n > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)n;
}

uint64_t vq_options_ceiling(const struct vq_options *o)
{
    uint64_t flow = sizeof(struct vq_flow) + 2 * sizeof(struct vq_table_slot) * 4 + 2 * sizeof(struct vq_port);
    uint64_t stream = sizeof(struct vq_rtp_stream) + sizeof(struct vq_stream_cold) + sizeof(struct vq_transit) +
                      (o->voipmonitor ? sizeof(struct vq_vmsim) : 0) + VQ_STREAM_ARENA +
                      VQ_SERIES_SLOTS * sizeof(struct vq_slot) + 4 * sizeof(struct vq_table_slot) * 4;
    uint64_t call = sizeof(struct vq_sip_call) + vq_talk_arena[VQ_TALK_CALL] +
                    VQ_PROMISES_PER_CALL * (sizeof(struct vq_promise) + sizeof(struct vq_port));
    uint64_t reg = sizeof(struct vq_sip_registration) + vq_talk_arena[VQ_TALK_REGISTRATION];
    uint64_t dialog = sizeof(struct vq_sip_dialog) + vq_talk_arena[VQ_TALK_DIALOG];
    return sizeof(struct vq_engine) + o->max_flows * flow + o->max_streams * stream + o->max_calls * call +
           o->max_registrations * reg + o->max_dialogs * dialog + VQ_NAT_MAX * sizeof(struct vq_nat) +
           VQ_QUALITY_LOOSE * sizeof(struct vq_quality_loose) +
           VQ_FRAGMENT_BYTES + VQ_FRAGMENT_PACKETS * 200 + (80u << 10) /* defrag.h */ + vq_tcp_in_ceiling() + VQ_UNPACKED_BYTES +
           o->max_tls_keys * vq_tls_secrets_size() + vq_natmap_ceiling() + vq_keep_alives_ceiling() +
           vq_hosts_ceiling() + vq_clock_ceiling();
}

#define BUFFER_MOST_MS 10000

_Static_assert(VQ_BUFFERS_MAX < VQ_JBUF_SIZES, "there is room for the size of the score as well");

/* The sizes to try, each once, ascending: those asked for, and that of the score. */
static void init_sizes(struct vq_engine *e)
{
    struct vq_jbuf_sizes *s = &e->sizes;
    for (unsigned i = 0; i <= e->opt.n_buffers; i++) {
        int32_t us = (int32_t)(1000 * (i < e->opt.n_buffers ? e->opt.buffers_ms[i] : e->opt.buffer_ms));
        unsigned at = 0;
        while (at < s->n && s->us[at] < us)
            at++;
        if (at < s->n && s->us[at] == us)
            continue;
        memmove(&s->us[at + 1], &s->us[at], (s->n - at) * sizeof *s->us);
        s->us[at] = us;
        s->n++;
    }
    while (s->us[s->scored] != (int32_t)(1000 * e->opt.buffer_ms))
        s->scored++;
}

static bool valid(const struct vq_options *o)
{
    const uint32_t caps[] = {o->max_flows, o->max_streams, o->max_calls, o->max_registrations, o->max_dialogs,
                             o->max_tls_keys};
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
        if (caps[i] == 0 || caps[i] > UINT32_MAX / 4)
            return false;
    if (!(o->buffer_ms >= 0 && o->buffer_ms <= BUFFER_MOST_MS) || o->n_buffers > VQ_BUFFERS_MAX)
        return false;
    for (unsigned i = 0; i < o->n_buffers; i++)
        if (!(o->buffers_ms[i] >= 1 && o->buffers_ms[i] <= BUFFER_MOST_MS))
            return false;
    return o->max_messages > 0 && o->g711 && vq_impairment_by_name(o->g711) && o->simple_model &&
           (!strcmp(o->simple_model, "cole-rosenbluth") || vq_simple_by_name(o->simple_model));
}

static int init_tables(struct vq_engine *e)
{
    struct vq_table *tables[] = {
        &e->flow_by_key, &e->port_by_ep, &e->stream_by_key, &e->stream_by_ssrc, &e->nat_by_client, &e->nat_by_pair,
        &e->talks[0].by_call_id, &e->talks[1].by_call_id, &e->talks[2].by_call_id,
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (vq_table_init(tables[i]))
            return -ENOMEM;
    return 0;
}

static void init_pools(struct vq_engine *e)
{
    const struct vq_options *o = &e->opt;
    vq_pool_init(&e->flows, sizeof(struct vq_flow), o->max_flows);
    vq_pool_init(&e->streams, sizeof(struct vq_rtp_stream), o->max_streams);
    vq_pool_init(&e->colds, sizeof(struct vq_stream_cold), o->max_streams);
    vq_pool_init(&e->transits, sizeof(struct vq_transit), o->max_streams);
    vq_pool_init(&e->vms, sizeof(struct vq_vmsim), o->max_streams);
    vq_pool_init(&e->promises, sizeof(struct vq_promise), bounded((uint64_t)o->max_calls * VQ_PROMISES_PER_CALL));
    vq_pool_init(&e->ports, sizeof(struct vq_port),
                 bounded(2 * (uint64_t)o->max_flows + (uint64_t)o->max_calls * VQ_PROMISES_PER_CALL));
    vq_pool_init(&e->talks[VQ_TALK_CALL].pool, sizeof(struct vq_sip_call), o->max_calls);
    vq_pool_init(&e->talks[VQ_TALK_REGISTRATION].pool, sizeof(struct vq_sip_registration), o->max_registrations);
    vq_pool_init(&e->talks[VQ_TALK_DIALOG].pool, sizeof(struct vq_sip_dialog), o->max_dialogs);
    vq_pool_init(&e->chunks, ARENA_CHUNK, UINT32_MAX / 2); /* the arenas have caps of their own */
    vq_list_init(&e->stream_all);
    vq_places_init(&e->flow_places);
    vq_places_init(&e->stream_places);
    for (int k = 0; k < VQ_TALKS; k++) {
        vq_list_init(&e->talks[k].all);
        vq_places_init(&e->talks[k].places);
    }
}

int vq_engine_new(struct vq_engine **out, const struct vq_options *o)
{
    if (!valid(o))
        return -EINVAL;
    struct vq_engine *e = calloc(1, sizeof *e);
    if (!e)
        return -ENOMEM;
    e->opt = *o;
    e->watched = o->voipmonitor;
    e->stats.start = e->stats.end = VQ_NONE;
    e->g711 = vq_impairment_by_name(o->g711);
    e->simple = vq_simple_by_name(o->simple_model); /* NULL: Cole-Rosenbluth by codec */
    init_sizes(e);
    vq_wheel_init(&e->wheel);
    init_pools(e);
    vq_sip_parser_init(&e->sip);
    e->nats = calloc(VQ_NAT_MAX, sizeof *e->nats);
    e->tcp = vq_tcp_in_new();
    e->natmap = vq_natmap_new();
    e->keep_alives = vq_keep_alives_new();
    e->hosts = vq_hosts_new();
    e->clock = vq_clock_new();
    e->diagnosis = vq_diagnosis_new();
    e->base = vq_score_base_new();
    e->join = vq_join_new();
    if (init_tables(e) || vq_defrag_new(&e->defrag, VQ_FRAGMENT_BYTES, VQ_FRAGMENT_PACKETS, o->hash_seed) || !e->nats ||
        !e->tcp || !e->natmap || !e->keep_alives || !e->hosts || !e->clock || !e->diagnosis || !e->base || !e->join) {
        vq_engine_free(e);
        return -ENOMEM;
    }
    *out = e;
    return 0;
}

void vq_engine_free(struct vq_engine *e)
{
    if (!e)
        return;
    e->event = NULL;
    /* Everything goes at once: what the objects hold outside the pools is freed, links and tables need no care. */
    for (struct vq_list *l = e->stream_all.next; l != &e->stream_all; l = l->next) {
        struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, all);
        vq_series_done(&s->series);
        vq_arena_abandon(&vq_cold_at(e, s->cold)->arena);
    }
    for (int k = 0; k < VQ_TALKS; k++) {
        for (struct vq_list *l = e->talks[k].all.next; l != &e->talks[k].all; l = l->next)
            vq_arena_abandon(&VQ_CONTAINER(l, struct vq_talk, all)->arena);
        vq_pool_done(&e->talks[k].pool);
        vq_table_done(&e->talks[k].by_call_id);
    }
    struct vq_pool *pools[] = {&e->flows, &e->streams, &e->colds, &e->transits, &e->vms, &e->promises, &e->ports,
                               &e->chunks};
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
        vq_pool_done(pools[i]);
    struct vq_table *tables[] = {&e->flow_by_key, &e->port_by_ep, &e->stream_by_key, &e->stream_by_ssrc,
                                 &e->nat_by_client, &e->nat_by_pair};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        vq_table_done(tables[i]);
    vq_tcp_in_free(e->tcp);
    vq_tls_free(e->tls);
    vq_sip_parser_done(&e->sip);
    vq_defrag_free(e->defrag);
    free(e->inner);
    vq_inflate_free(e->inflate);
    vq_diagnosis_free(e->diagnosis);
    vq_join_free(e->join);
    free(e->base);
    free(e->nats);
    vq_natmap_free(e->natmap);
    vq_keep_alives_free(e->keep_alives);
    vq_hosts_free(e->hosts);
    free(e->clock);
    free(e->loose);
    free(e);
}

const char *vq_openssl_version(void)
{
    return vq_tls_crypto_version();
}

int vq_engine_keylog(struct vq_engine *e, const char *text, size_t n)
{
    if (!e->tls && !(e->tls = vq_tls_new(e->opt.max_tls_keys, e->opt.hash_seed)))
        return -ENOMEM;
    return vq_tls_keylog(e->tls, vq_slice(text, n));
}
