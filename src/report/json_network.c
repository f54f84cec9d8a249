/* json_network.c - STUN, the NAT map, keep-alives and the topology in the JSON report. */
#include <voipqos/network.h>

#include "report/json.h"

static void host_text(struct vq_json *j, json_t *o, const char *key, const struct vq_endpoint *ep)
{
    char text[VQ_ENDPOINT_TEXT];
    vq_json_str(j, o, key, vq_endpoint_host(ep, text));
}

/* Not told is nothing unusual for these: the member is left out. */
static void endpoint_if(struct vq_json *j, json_t *o, const char *key, const struct vq_endpoint *ep)
{
    if (ep->family)
        vq_json_endpoint(j, o, key, ep);
}

json_t *vq_json_stun(struct vq_json *j, const struct vq_stun *s)
{
    json_t *o = json_object();
    vq_json_endpoint(j, o, "client", &s->client);
    vq_json_endpoint(j, o, "server", &s->server);
    vq_json_endpoint(j, o, "mapped", &s->mapped);
    vq_json_t_s(j, o, s->ts);
    vq_json_int(j, o, "transactions", s->transactions);
    vq_json_int(j, o, "frame", s->frame);
    vq_json_str(j, o, "use", vq_stun_use_name(s->use));
    vq_json_int(j, o, "requests", s->requests);
    vq_json_int(j, o, "retransmissions", s->retransmissions);
    vq_json_int(j, o, "unanswered", s->unanswered);
    vq_json_int(j, o, "errors", s->errors);
    if (s->error)
        vq_json_int(j, o, "error_code", s->error);
    vq_json_int(j, o, "indications", s->indications);
    vq_json_int(j, o, "remapped", s->remapped);
    endpoint_if(j, o, "other_address", &s->other);
    endpoint_if(j, o, "relayed", &s->relayed);
    if (s->use == VQ_STUN_TURN_USE)
        vq_json_int(j, o, "channel_frames", s->channel_frames);
    if (*s->software)
        vq_json_str(j, o, "software", s->software);
    if (s->use != VQ_STUN_ICE_USE)
        return o;
    vq_json_str(j, o, "username", s->username);
    vq_json_bool(j, o, "controlling", s->controlling);
    vq_json_bool(j, o, "nominated", s->nominated_frame != 0);
    if (s->nominated_frame)
        vq_json_int(j, o, "nominated_frame", s->nominated_frame);
    return o;
}

/* ---- NAT --------------------------------------------------------------------------------------------------------- */

static json_t *evidence(struct vq_json *j, const uint64_t frames[VQ_NAT_EVIDENCES])
{
    json_t *list = json_array();
    for (unsigned i = 0; i < VQ_NAT_EVIDENCES; i++)
        if (frames[i])
            vq_json_append(j, list, json_string_nocheck(vq_nat_evidence_name((enum vq_nat_evidence)i)));
    return list;
}

static json_t *mapping(struct vq_json *j, const struct vq_nat_mapping *m)
{
    json_t *o = json_object();
    vq_json_endpoint(j, o, "private", &m->inside);
    vq_json_endpoint(j, o, "public", &m->outside);
    vq_json_put(j, o, "evidence", evidence(j, m->frames));
    vq_json_put(j, o, "frames", vq_json_frames(j, m->frames, VQ_NAT_EVIDENCES));
    return o;
}

json_t *vq_json_nat(struct vq_json *j, const struct vq_nat_client *c)
{
    json_t *o = json_object(), *mappings = json_array();
    uint64_t first[VQ_NAT_EVIDENCES] = {0};
    for (size_t i = 0; i < c->n_mappings; i++) {
        vq_json_append(j, mappings, mapping(j, &c->mappings[i]));
        for (unsigned k = 0; k < VQ_NAT_EVIDENCES; k++)
            if (c->mappings[i].frames[k] && (!first[k] || c->mappings[i].frames[k] < first[k]))
                first[k] = c->mappings[i].frames[k];
    }
    host_text(j, o, "client", &c->inside);
    host_text(j, o, "private", &c->inside);
    host_text(j, o, "public", &c->outside);
    vq_json_put(j, o, "evidence", evidence(j, first));
    vq_json_str_why(j, o, "behaviour", vq_nat_behaviour_name(c->behaviour),
                    "needs the answers of two STUN servers to one port");
    vq_json_bool(j, o, "ports_kept", c->ports_kept);
    vq_json_put(j, o, "mappings", mappings);
    vq_json_put(j, o, "frames", vq_json_frames(j, first, VQ_NAT_EVIDENCES));
    return o;
}

json_t *vq_json_keep_alive(struct vq_json *j, const struct vq_keep_alive *k)
{
    json_t *o = json_object();
    vq_json_endpoint(j, o, "src", &k->src);
    vq_json_endpoint(j, o, "dst", &k->dst);
    vq_json_str(j, o, "kind", vq_keep_alive_name(k->kind));
    vq_json_int(j, o, "count", k->count);
    vq_json_real(j, o, "interval_s", k->interval_s, "seen only once");
    vq_json_t_s(j, o, k->start);
    vq_json_duration(j, o, "duration_s", k->end - k->start, VQ_JSON_S, NULL);
    vq_json_int(j, o, "frame", k->frame);
    return o;
}

/* ---- topology ---------------------------------------------------------------------------------------------------- */

static json_t *texts(struct vq_json *j, const char *const *list)
{
    json_t *a = json_array();
    for (size_t i = 0; i < VQ_HOST_NAMES && list[i]; i++)
        vq_json_append(j, a, vq_json_text(j, list[i]));
    return a;
}

static json_t *host(struct vq_json *j, const struct vq_host *h)
{
    json_t *o = json_object(), *roles = json_array();
    host_text(j, o, "address", &h->address);
    for (unsigned i = 0; i < VQ_ROLES; i++)
        if (h->roles & 1u << i)
            vq_json_append(j, roles, json_string_nocheck(vq_role_name((enum vq_role)i)));
    vq_json_put(j, o, "roles", roles);
    vq_json_put(j, o, "names", texts(j, h->users));
    vq_json_put(j, o, "user_agents", texts(j, h->agents));
    vq_json_int(j, o, "sip_messages", h->sip_messages);
    vq_json_int(j, o, "rtp_packets", h->rtp_sent + h->rtp_received);
    vq_json_int(j, o, "rtp_sent", h->rtp_sent);
    vq_json_int(j, o, "rtp_received", h->rtp_received);
    vq_json_int(j, o, "stun_requests", h->stun_requests);
    return o;
}

json_t *vq_json_topology(struct vq_json *j, const struct vq_network *n)
{
    json_t *o = json_object(), *hosts = json_array(), *links = json_array();
    for (size_t i = 0; i < n->n_hosts; i++)
        vq_json_append(j, hosts, host(j, &n->hosts[i]));
    for (size_t i = 0; i < n->n_links; i++) {
        const struct vq_host_link *l = &n->links[i];
        json_t *x = json_object();
        host_text(j, x, "a", &n->hosts[l->a].address);
        host_text(j, x, "b", &n->hosts[l->b].address);
        vq_json_int(j, x, "sip_messages", l->sip_messages);
        vq_json_int(j, x, "rtp_packets", l->rtp_packets);
        vq_json_int(j, x, "stun_requests", l->stun_requests);
        vq_json_append(j, links, x);
    }
    vq_json_put(j, o, "hosts", hosts);
    vq_json_put(j, o, "links", links);
    vq_json_bool(j, o, "complete", !n->hosts_not_kept && !n->links_not_kept);
    return o;
}
