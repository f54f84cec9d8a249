/* sip_agree.h - what the strict scan accepts, libosip2 must accept too, and both must read the same. */
#ifndef VQ_TESTS_SIP_AGREE_H
#define VQ_TESTS_SIP_AGREE_H

#include "proto/sip.h"
#include "util/str.h"

static inline int sip_agree_hex(int c)
{
    c = vq_str_lower(c);
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next byte of a URI with its escape undone: libosip2 keeps user parts unescaped, so that "%41" and "A" are the
 * same to it. */
static inline int sip_agree_byte(const struct vq_slice s, size_t *i)
{
    if (*i >= s.n)
        return 0;
    if (s.p[*i] == '%' && *i + 2 < s.n) {
        int high = sip_agree_hex(s.p[*i + 1]), low = sip_agree_hex(s.p[*i + 2]);
        if (high >= 0 && low >= 0) {
            *i += 3;
            return high << 4 | low;
        }
    }
    return s.p[(*i)++];
}

static inline bool sip_agree_uri(struct vq_slice a, struct vq_slice b)
{
    size_t i = 0, k = 0;
    int x, y;
    do {
        x = sip_agree_byte(a, &i);
        y = sip_agree_byte(b, &k);
    } while (x == y && x);
    return x == y;
}

/* NULL, or the name of the first field in which the two readings differ. */
static inline const char *sip_disagreement(const struct vq_sip *a, const struct vq_sip *b)
{
    const struct {
        const char *name;
        bool same;
    } fields[] = {
        {"request", a->request == b->request},
        {"method", a->method == b->method},
        {"method text", vq_str_eq(a->method_text, b->method_text)},
        {"status", a->status == b->status},
        {"Call-ID", vq_str_eq(a->call_id, b->call_id)},
        {"CSeq", a->has_cseq == b->has_cseq && a->cseq == b->cseq},
        {"From URI", sip_agree_uri(a->from.uri, b->from.uri)},
        {"From tag", vq_str_eq(a->from.tag, b->from.tag)},
        {"To URI", sip_agree_uri(a->to.uri, b->to.uri)},
        {"To tag", vq_str_eq(a->to.tag, b->to.tag)},
        {"Contact", sip_agree_uri(a->contact.uri, b->contact.uri) && a->contact_star == b->contact_star},
        {"branch", vq_str_eq(a->branch, b->branch)},
        {"sent-by", vq_str_eq(a->sent_by, b->sent_by)},
        {"body length", a->body.n == b->body.n},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (!fields[i].same)
            return fields[i].name;
    return NULL;
}

#endif
