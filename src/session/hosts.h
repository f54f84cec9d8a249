/* hosts.h - what host_list.c, hosts.c and network.c share: the lists that vq_network_get() hands out. */
#ifndef VQ_SESSION_HOSTS_H
#define VQ_SESSION_HOSTS_H

#include "session/session.h"

struct vq_hosts {
    /* names, collected while packets come */
    struct vq_arena text;
    const char **agents;
    uint32_t n_agents;
    struct vq_table by_agent;

    /* the lists, made when they are asked for */
    struct vq_host *hosts;
    struct vq_host_link *links;
    struct vq_nat_mapping *mappings; /* sorted by client */
    struct vq_nat_client *nats;
    struct vq_keep_alive *keep_alives;
    size_t n_hosts, room_hosts, n_links, room_links, n_nats, n_keep_alives;
    uint64_t hosts_not_kept, links_not_kept, nat_not_kept, keep_alives_not_kept;
    struct vq_table by_address, by_link;
    struct vq_host_seen {
        struct vq_endpoint ep;       /* family 0: none yet */
        uint32_t number;             /* 0: not kept */
    } recent[4];                     /* a ring: one call asks for the same hosts over and over */
    unsigned next_recent;
    bool no_memory;
    bool made, of_the_end;           /* made: for the engine as it was after `frames` at `now` */
    uint64_t frames;
    int64_t now;
};

/* The place of a host in the list, counted from 1; it is added when it is new. 0 without room. */
uint32_t vq_host_number(const struct vq_engine *e, const struct vq_endpoint *ep);
/* Between two hosts by their numbers; NULL when it is none, or without room. */
struct vq_host_link *vq_host_link_of(const struct vq_engine *e, uint32_t x, uint32_t y);
/* To a host by its number, 0: to none. Each text is kept once. */
void vq_host_add_role(const struct vq_engine *e, uint32_t host, enum vq_role role);
void vq_host_add_user(const struct vq_engine *e, uint32_t host, const char *user);
void vq_host_add_name(const struct vq_engine *e, uint32_t host, const char *name);
void vq_host_add_agent(const struct vq_engine *e, uint32_t host, unsigned agent); /* a name by vq_agent_number(), 0: none */
/* Both lists become empty. */
void vq_hosts_clear(struct vq_hosts *h);

void vq_hosts_read(const struct vq_engine *e);

#endif
