/* sip_osip.c - the one door to libosip2: a SIP message read by it, its memory taken from the parser's arena. */
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <osipparser2/osip_port.h>
#include <setjmp.h>
#include <stdlib.h>
#include <threads.h>

#include "proto/sip_impl.h"
#include "util/str.h"

#define ARENA_CAP    (16u << 20) /* a datagram of 64 KiB full of one-letter parameters needs about 100 times its size */
#define ARENA_FLOOR  (32u << 10) /* fetched ahead in one piece, with ARENA_FACTOR times the message */
#define ARENA_FACTOR 20u

/* Each allocation is preceded by its size, for realloc. */
union header {
    size_t size;
    uint64_t align; /* what the arena gives; libosip2 keeps nothing wider */
};

/* libosip2's allocators have no argument: this is where the parse that runs in this thread keeps its arena, and where
 * it jumps to when memory ends. libosip2 does not survive every NULL; all it holds then is in the arena. */
static _Thread_local struct {
    struct vq_arena *arena;
    jmp_buf no_memory;
} current;

static void *take(size_t n)
{
    if (!current.arena)
        return malloc(n);
    union header *h = n < SIZE_MAX / 2 ? vq_arena_alloc(current.arena, sizeof *h + n) : NULL;
    if (!h)
        longjmp(current.no_memory, 1);
    h->size = n;
    return h + 1;
}

static void give(void *p)
{
    if (!current.arena)
        free(p);
}

static void *retake(void *p, size_t n)
{
    if (!current.arena)
        return realloc(p, n);
    void *q = take(n);
    if (p) {
        size_t old = ((union header *)p - 1)->size;
        memcpy(q, p, old < n ? old : n);
    }
    return q;
}

static void say_nothing(const char *file, int line, osip_trace_level_t level, const char *format, va_list args)
{
    (void)file;
    (void)line;
    (void)level;
    (void)format;
    (void)args;
}

static void start_osip(void)
{
    osip_set_allocators(take, retake, give);
    /* Without both of these it prints parse errors to stdout. */
    osip_trace_initialize_func(END_TRACE_LEVEL, say_nothing);
    for (int level = 0; level < END_TRACE_LEVEL; level++)
        osip_trace_disable_level((osip_trace_level_t)level);
    parser_init();
}

void vq_sip_parser_init(struct vq_sip_parser *p)
{
    static once_flag once = ONCE_FLAG_INIT;
    call_once(&once, start_osip);
    vq_arena_init(&p->arena, ARENA_CAP);
}

void vq_sip_parser_done(struct vq_sip_parser *p)
{
    vq_arena_done(&p->arena);
}

static struct vq_slice text(const char *z)
{
    return z ? vq_slice(z, strlen(z)) : vq_slice(NULL, 0);
}

static struct vq_slice trimmed(const char *z)
{
    struct vq_slice s = vq_str_trim(text(z));
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? vq_slice(s.p + 1, s.n - 2) : s;
}

/* The pieces of a text that was apart in libosip2's structures, NULL-terminated, in the arena. */
static struct vq_slice join(const char *const *pieces)
{
    size_t n = 0;
    for (const char *const *p = pieces; *p; p++)
        n += strlen(*p);
    char *z = take(n + 1);
    size_t at = 0;
    for (const char *const *p = pieces; *p; p++) {
        size_t len = strlen(*p);
        memcpy(z + at, *p, len);
        at += len;
    }
    return vq_slice(z, n);
}

static struct vq_slice host_port(const char *host, const char *port)
{
    if (!host)
        return vq_slice(NULL, 0);
    bool v6 = strchr(host, ':') != NULL;
    const char *const pieces[] = {v6 ? "[" : "", host, v6 ? "]" : "", port ? ":" : "", port ? port : "", NULL};
    return join(pieces);
}

/* The user part as it may stand in a URI: libosip2 has undone its escapes. */
static const char *escaped(const char *user)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t n = strlen(user), at = 0;
    char *z = take(3 * n + 1);
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)user[i];
        if (vq_sip_class[c] & VQ_C_USER && c != '%') {
            z[at++] = user[i];
        } else {
            z[at++] = '%';
            z[at++] = hex[c >> 4];
            z[at++] = hex[c & 15];
        }
    }
    z[at] = 0;
    return z;
}

static void read_uri(const osip_uri_t *u, struct vq_sip_addr *out)
{
    if (u->string) {
        struct vq_slice rest = text(u->string), user = vq_str_cut(&rest, ';');
        const char *const pieces[] = {u->scheme, ":", u->string, NULL};
        struct vq_slice all = join(pieces);
        out->uri = vq_slice(all.p, strlen(u->scheme) + 1 + user.n);
        if (vq_str_ieq_z(text(u->scheme), "tel"))
            out->user = user;
        return;
    }
    out->host = host_port(u->host, u->port);
    const char *user = u->username ? escaped(u->username) : NULL;
    const char *const pieces[] = {u->scheme, ":", user ? user : "", user ? "@" : "", (const char *)out->host.p, NULL};
    out->uri = join(pieces);
    out->user = text(user);
}

static struct vq_slice param_of(osip_list_t *list, const char *name)
{
    char key[16];
    osip_generic_param_t *p = NULL;
    memcpy(key, name, strlen(name) + 1);
    return osip_generic_param_get_byname(list, key, &p) == 0 && p ? trimmed(p->gvalue) : vq_slice(NULL, 0);
}

static void read_addr(osip_from_t *a, struct vq_sip_addr *out)
{
    if (!a)
        return;
    out->name = trimmed(a->displayname);
    if (a->url)
        read_uri(a->url, out);
    out->tag = param_of(&a->gen_params, "tag");
}

static void read_contact(osip_message_t *o, struct vq_sip *m)
{
    osip_contact_t *c = NULL;
    if (osip_message_get_contact(o, 0, &c) < 0 || !c)
        return;
    uint32_t expires;
    if (!c->url) {
        m->contact_star = c->displayname && c->displayname[0] == '*';
        return;
    }
    read_addr(c, &m->contact);
    if (vq_str_u32_prefix(param_of(&c->gen_params, "expires"), &expires))
        m->expires = expires;
}

static struct vq_slice header_of(osip_message_t *o, const char *name)
{
    osip_header_t *h = NULL;
    return osip_message_header_get_byname(o, name, 0, &h) >= 0 && h ? vq_str_trim(text(h->hvalue)) : vq_slice(NULL, 0);
}

static void read_ids(osip_message_t *o, struct vq_sip *m)
{
    if (o->call_id && o->call_id->number) {
        const char *host = o->call_id->host;
        const char *const pieces[] = {o->call_id->number, host ? "@" : "", host ? host : "", NULL};
        m->call_id = join(pieces);
    }
    if (o->cseq && o->cseq->number && o->cseq->method) {
        m->has_cseq = vq_str_u32(vq_str_trim(text(o->cseq->number)), &m->cseq);
        if (!m->request)
            m->method_text = vq_str_trim(text(o->cseq->method));
    }
    osip_via_t *via = NULL;
    if (osip_message_get_via(o, 0, &via) >= 0 && via) {
        m->sent_by = host_port(via->host, via->port);
        m->branch = param_of(&via->via_params, "branch");
    }
}

static void read_message(osip_message_t *o, struct vq_sip *m)
{
    *m = (struct vq_sip){.expires = -1, .q850 = -1, .by_osip = true};
    m->request = MSG_IS_REQUEST(o);
    if (m->request)
        m->method_text = text(o->sip_method);
    else
        m->status = (uint16_t)o->status_code;
    m->reason_phrase = vq_str_trim(text(o->reason_phrase));
    read_ids(o, m);
    m->method = vq_sip_method_of(m->method_text);
    read_addr(o->from, &m->from);
    read_addr(o->to, &m->to);
    read_contact(o, m);
    m->user_agent = header_of(o, "user-agent");
    if (!m->user_agent.n)
        m->user_agent = header_of(o, "server");
    osip_body_t *body = NULL;
    if (osip_message_get_body(o, 0, &body) >= 0 && body)
        m->body = vq_slice(body->body, body->length);
}

/* One chunk with room for what a usual message needs, so that no allocation goes to the heap in mid-parse. */
static bool size_arena(struct vq_arena *a, size_t message)
{
    size_t need = ARENA_FLOOR + ARENA_FACTOR * message;
    vq_arena_reset(a);
    if (a->total >= need)
        return true;
    bool ok = vq_arena_alloc(a, need) != NULL;
    vq_arena_reset(a);
    return ok;
}

enum vq_sip_verdict vq_sip_osip_read(struct vq_sip_parser *p, struct vq_slice message, struct vq_slice hide,
                                     struct vq_sip *out)
{
    char *copy = size_arena(&p->arena, message.n) ? vq_arena_alloc(&p->arena, message.n + 1) : NULL;
    if (!copy)
        return VQ_OSIP_NO_MEMORY;
    current.arena = &p->arena;
    if (setjmp(current.no_memory)) {
        current.arena = NULL;
        return VQ_OSIP_NO_MEMORY;
    }
    osip_message_t *o;
    memcpy(copy, message.p, message.n);
    /* A header without a known name is kept as it is. It is Content-Type that is hidden: without it libosip2 leaves the
     * body alone, and its reader of multipart bodies goes beyond its copy (CVE-2022-41550). */
    if (hide.n)
        copy[hide.p - message.p] = 'X';
    struct vq_sip m;
    bool ok = osip_message_init(&o) == 0 && osip_message_parse(o, copy, message.n) == 0;
    if (ok)
        read_message(o, &m);
    current.arena = NULL;
    if (!ok)
        return VQ_OSIP_REFUSES;
    *out = m;
    return VQ_OSIP_ACCEPTS;
}
