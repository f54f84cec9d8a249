/* host_list.c - what hosts call themselves, collected while packets come, and the lists of hosts and of who talks to whom. */
#include "session/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "util/hostport.h"

/* ---- names ------------------------------------------------------------------------------------------------------- */

#define AGENTS 1024u            /* texts, each kept once */
#define AGENT_LENGTH 120u       /* bytes of each */
#define AGENT_TEXT (AGENTS * (AGENT_LENGTH + 8))

struct vq_hosts *vq_hosts_new(void)
{
    struct vq_hosts *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    vq_arena_init(&h->text, AGENT_TEXT);
    h->agents = calloc(AGENTS, sizeof *h->agents);
    if (!h->agents || vq_table_init(&h->by_agent) || vq_table_init(&h->by_address) || vq_table_init(&h->by_link)) {
        vq_hosts_free(h);
        return NULL;
    }
    return h;
}

void vq_hosts_free(struct vq_hosts *h)
{
    if (!h)
        return;
    vq_table_done(&h->by_agent);
    vq_table_done(&h->by_address);
    vq_table_done(&h->by_link);
    vq_arena_done(&h->text);
    free(h->agents);
    free(h->hosts);
    free(h->links);
    free(h->mappings);
    free(h->nats);
    free(h->keep_alives);
    free(h);
}

size_t vq_hosts_ceiling(void)
{
    return sizeof(struct vq_hosts) + AGENT_TEXT + AGENTS * (sizeof(char *) + 4 * sizeof(struct vq_table_slot)) +
           VQ_NETWORK_HOSTS * (sizeof(struct vq_host) + 4 * sizeof(struct vq_table_slot)) +
           VQ_NETWORK_LINKS * (sizeof(struct vq_host_link) + 4 * sizeof(struct vq_table_slot)) +
           VQ_NAT_MAPPINGS * (sizeof(struct vq_nat_mapping) + sizeof(struct vq_nat_client)) +
           VQ_KEEP_ALIVE_PAIRS * sizeof(struct vq_keep_alive);
}

static bool agent_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_hosts *h = arg;
    const struct vq_slice *s = key;
    const char *z = h->agents[handle - 1];
    return strlen(z) == s->n && !memcmp(z, s->p, s->n);
}

uint16_t vq_agent_number(struct vq_engine *e, struct vq_slice text)
{
    struct vq_hosts *h = e->hosts;
    if (text.n > AGENT_LENGTH)
        text.n = AGENT_LENGTH;
    uint64_t hash = vq_hash(e, text.p, text.n, 14);
    uint32_t n = vq_table_find(&h->by_agent, hash, agent_eq, &text, h);
    if (n || h->n_agents == AGENTS)
        return (uint16_t)n;
    const char *z = vq_arena_text(&h->text, text);
    if (!z || vq_table_add(&h->by_agent, hash, h->n_agents + 1)) {
        e->no_memory = true;
        return 0;
    }
    h->agents[h->n_agents++] = z;
    return (uint16_t)h->n_agents;
}

/* A request is its sender's own when it has a single Via. A response comes back through the proxies as it is: it is the
 * sender's own when no other agent gives such answers, or when its Contact names the sender. */
bool vq_agent_is_senders(const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_endpoint contact;
    if (m->request)
        return m->vias == 1;
    if (m->status == 100 || m->status == 401 || m->status == 407 || m->method == VQ_SIP_REGISTER)
        return true;
    return vq_hostport_read(m->contact.host, 0, &contact) && vq_endpoint_same_host(&contact, &d->src);
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static bool address_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_hosts *h = arg;
    return vq_endpoint_same_host(&h->hosts[handle - 1].address, key);
}

static uint64_t address_hash(const struct vq_engine *e, const struct vq_endpoint *ep)
{
    return vq_hash(e, ep->ip, sizeof ep->ip, 15 + ep->family);
}

static bool grow(void **array, size_t *room, size_t n, size_t size)
{
    if (n < *room)
        return true;
    size_t more = *room ? 2 * *room : 32;
    void *p = realloc(*array, more * size);
    if (!p)
        return false;
    *array = p;
    *room = more;
    return true;
}

/* From the table, into which it comes when it is new; 0 without room. */
static uint32_t number_of(const struct vq_engine *e, const struct vq_endpoint *ep)
{
    struct vq_hosts *h = e->hosts;
    uint64_t hash = address_hash(e, ep);
    uint32_t n = vq_table_find(&h->by_address, hash, address_eq, ep, h);
    if (n || h->n_hosts == VQ_NETWORK_HOSTS)
        return n;
    void *p = h->hosts;
    if (!grow(&p, &h->room_hosts, h->n_hosts, sizeof *h->hosts) ||
        vq_table_add(&h->by_address, hash, (uint32_t)h->n_hosts + 1)) {
        h->hosts = p;
        h->no_memory = true;
        return 0;
    }
    h->hosts = p;
    struct vq_host *host = &h->hosts[h->n_hosts++];
    *host = (struct vq_host){.address = *ep};
    host->address.port = 0;
    return (uint32_t)h->n_hosts;
}

uint32_t vq_host_number(const struct vq_engine *e, const struct vq_endpoint *ep)
{
    struct vq_hosts *h = e->hosts;
    const size_t n = sizeof h->recent / sizeof *h->recent;
    const struct vq_host_seen *s = h->recent;
    if (!ep->family)
        return 0;
    while (s < h->recent + n && !vq_endpoint_same_host(&s->ep, ep))
        s++;
    if (s == h->recent + n) {
        struct vq_host_seen *oldest = &h->recent[h->next_recent++ % n];
        *oldest = (struct vq_host_seen){*ep, number_of(e, ep)};
        s = oldest;
    }
    h->hosts_not_kept += !s->number;
    return s->number;
}

static bool link_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_hosts *h = arg;
    const uint32_t *k = key;
    return h->links[handle - 1].a == k[0] && h->links[handle - 1].b == k[1];
}

/* Between two hosts by their numbers, which count from 1; NULL when there is none or no room. */
struct vq_host_link *vq_host_link_of(const struct vq_engine *e, uint32_t x, uint32_t y)
{
    struct vq_hosts *h = e->hosts;
    if (!x || !y || x == y)
        return NULL;
    const uint32_t key[2] = {(x < y ? x : y) - 1, (x < y ? y : x) - 1};
    uint64_t hash = vq_hash(e, key, sizeof key, 22);
    uint32_t n = vq_table_find(&h->by_link, hash, link_eq, key, h);
    if (n)
        return &h->links[n - 1];
    if (h->n_links == VQ_NETWORK_LINKS) {
        h->links_not_kept++;
        return NULL;
    }
    void *p = h->links;
    if (!grow(&p, &h->room_links, h->n_links, sizeof *h->links) ||
        vq_table_add(&h->by_link, hash, (uint32_t)h->n_links + 1)) {
        h->links = p;
        h->no_memory = true;
        return NULL;
    }
    h->links = p;
    h->links[h->n_links] = (struct vq_host_link){.a = key[0], .b = key[1]};
    return &h->links[h->n_links++];
}

/* One of a few texts of a host; the same one only once. */
static void note(const char **list, const char *z)
{
    for (size_t i = 0; z && i < VQ_HOST_NAMES; i++) {
        if (!list[i]) {
            list[i] = z;
            return;
        }
        if (!strcmp(list[i], z))
            return;
    }
}

void vq_host_add_role(const struct vq_engine *e, uint32_t host, enum vq_role role)
{
    if (host)
        e->hosts->hosts[host - 1].roles |= 1u << role;
}

void vq_host_add_user(const struct vq_engine *e, uint32_t host, const char *user)
{
    if (host)
        note(e->hosts->hosts[host - 1].users, user);
}

void vq_host_add_name(const struct vq_engine *e, uint32_t host, const char *name)
{
    if (host)
        note(e->hosts->hosts[host - 1].agents, name);
}

void vq_host_add_agent(const struct vq_engine *e, uint32_t host, unsigned agent)
{
    if (agent)
        vq_host_add_name(e, host, e->hosts->agents[agent - 1]);
}

void vq_hosts_clear(struct vq_hosts *h)
{
    h->n_hosts = h->n_links = 0;
    h->hosts_not_kept = h->links_not_kept = 0;
    memset(h->recent, 0, sizeof h->recent);
    vq_table_clear(&h->by_address);
    vq_table_clear(&h->by_link);
}
