/* fuzz_sip.c - any bytes as a SIP message; what the strict scan accepts is held against libosip2 and the lenient scan.
 */
#include <stdio.h>
#include <stdlib.h>

#include "proto/classify.h"
#include "support/sip_agree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static unsigned touch(struct vq_slice s)
{
    unsigned sum = 0;
    for (size_t i = 0; i < s.n; i++)
        sum += s.p[i];
    return sum;
}

/* Reads every byte that a message points at: ASan sees those that are not there. */
static unsigned touch_all(const struct vq_sip *m)
{
    const struct vq_slice all[] = {
        m->method_text,
        m->reason_phrase,
        m->request_uri,
        m->call_id,
        m->branch,
        m->sent_by,
        m->received,
        m->rport,
        m->origin.sent_by,
        m->origin.branch,
        m->origin.received,
        m->origin.rport,
        m->from.name,
        m->from.uri,
        m->from.user,
        m->from.host,
        m->from.tag,
        m->to.name,
        m->to.uri,
        m->to.user,
        m->to.host,
        m->to.tag,
        m->contact.name,
        m->contact.uri,
        m->contact.user,
        m->contact.host,
        m->user_agent,
        m->content_type,
        m->body,
        m->challenge.realm,
        m->challenge.nonce,
        m->challenge.username,
        m->challenge.algorithm,
        m->credentials.realm,
        m->credentials.nonce,
        m->credentials.username,
        m->credentials.algorithm,
        m->credentials.qop,
        m->headers,
    };
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sum += touch(all[i]);
    return sum;
}

/* The same of what is read on demand. */
static unsigned touch_extra(const struct vq_sip *m)
{
    struct vq_sip_extra x;
    struct vq_sip_contacts at = {.rest = m->headers};
    struct vq_sip_addr a;
    struct vq_slice phrase = {0};
    int64_t expires;
    char text[32];
    vq_sip_extra_read(m, &x);
    const struct vq_slice all[] = {x.refer_to.uri, x.refer_to.user,  x.refer_to.host,     x.refer_to_headers,
                                   x.referred_by.uri, x.replaces,    x.event,             x.event_id,
                                   x.subscription_state, x.sub_reason, x.rack, x.reason_protocol, x.reason_text,
                                   x.session_id, x.other_call_id, x.icid};
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sum += touch(all[i]);
    while (vq_sip_contact_next(&at, &a, &expires))
        sum += touch(a.uri) + touch(a.user) + touch(a.host);
    sum += vq_sip_refer_replaces(x.refer_to_headers, text, sizeof text);
    return sum + vq_sip_frag_status(m->body, &phrase) + touch(phrase);
}

static void demand(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static void compare(struct vq_sip_parser *p, struct vq_slice d, const struct vq_sip *strict)
{
    struct vq_sip other;
    const char *why = NULL;
    demand(vq_looks_sip(d), "the strict scan accepts what does not look like SIP");
    demand(vq_sip_osip(p, d, &other, &why), "libosip2 refuses what the strict scan accepts");
    const char *field = sip_disagreement(strict, &other);
    demand(!field, field ? field : "");
    demand(vq_sip_scan_lenient(d, &other, &why), "the lenient scan refuses what the strict scan accepts");
    field = sip_disagreement(strict, &other);
    demand(!field, field ? field : "");
    demand(strict->expires == other.expires, "expires");
    demand(strict->vias == other.vias, "number of Vias");
    demand(vq_str_eq(strict->origin.sent_by, other.origin.sent_by), "last sent-by");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct vq_sip_parser parser;
    static bool started;
    if (!started)
        vq_sip_parser_init(&parser);
    started = true;
    struct vq_slice d = {data, n};
    struct vq_sip m;
    const char *why = NULL;
    static volatile unsigned sink;
    if (vq_sip_scan_strict(d, &m))
        compare(&parser, d, &m);
    if (vq_sip_parse(&parser, d, &m, &why))
        sink += touch_all(&m) + touch_extra(&m);
    else
        demand(why != NULL, "refused without a reason");
    if (vq_sip_scan_lenient(d, &m, &why))
        sink += touch_all(&m);
    (void)sink; /* reading every byte is the point, the sum is not */
    return 0;
}
