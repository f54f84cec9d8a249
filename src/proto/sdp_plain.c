/* sdp_plain.c - one pass over a session description as most phones and servers write it: a single audio section, every line
 * in its place. Anything else is refused and left to the reader of all descriptions; where both read one, they agree. */
#include <string.h>

#include "proto/sdp_impl.h"
#include "proto/sip_impl.h"
#include "util/hostport.h"
#include "util/str.h"

/* A place in the description. Reading moves p; what is read ends with a LF, which stops every reader here. */
struct cursor {
    const uint8_t *p, *stop; /* stop[-1] is the LF */
};

static inline bool eat_bytes(struct cursor *c, const char *z, size_t n)
{
    if ((size_t)(c->stop - c->p) < n || memcmp(c->p, z, n) != 0)
        return false;
    c->p += n;
    return true;
}

#define EAT(c, literal) eat_bytes(c, literal, sizeof(literal) - 1)

/* Behind it the description may be at its end. */
static void skip_line(struct cursor *c)
{
    const uint8_t *lf = memchr(c->p, '\n', (size_t)(c->stop - c->p));
    c->p = lf + 1;
}

/* A line of which only its being there matters. */
static bool line(struct cursor *c, char type)
{
    if (c->stop - c->p < 3 || c->p[0] != (uint8_t)type || c->p[1] != '=')
        return false;
    skip_line(c);
    return true;
}

static bool number(struct cursor *c, uint32_t most, uint32_t *out)
{
    const uint8_t *start = c->p;
    uint32_t v = 0;
    for (; *c->p >= '0' && *c->p <= '9' && c->p - start < 9; c->p++)
        v = v * 10 + (uint32_t)(*c->p - '0');
    *out = v;
    return c->p > start && v <= most;
}

static bool connection(struct cursor *c, struct vq_endpoint *at)
{
    if (!EAT(c, "c=IN IP4 "))
        return false;
    const uint8_t *start = c->p;
    while (*c->p == '.' || (*c->p >= '0' && *c->p <= '9'))
        c->p++;
    return vq_host_read(vq_slice(start, (size_t)(c->p - start)), at) && EAT(c, "\r\n");
}

static bool audio(struct cursor *c, struct vq_sdp_media *m)
{
    uint32_t port, pt;
    if (!EAT(c, "m=audio ") || !number(c, UINT16_MAX, &port) || !EAT(c, " RTP/AVP"))
        return false;
    memset(m, 0, offsetof(struct vq_sdp_media, candidates)); /* these and formats are written as they come */
    m->media = VQ_MEDIA_AUDIO;
    m->rtp.port = (uint16_t)port;
    while (EAT(c, " ")) {
        if (m->n_formats == VQ_SDP_FORMATS || !number(c, 127, &pt))
            return false;
        vq_sdp_add_format(m, pt);
    }
    return m->n_formats && EAT(c, "\r\n");
}

/* "0 PCMU/8000", perhaps with the number of channels. */
static bool rtpmap(struct cursor *c, struct vq_sdp_media *m)
{
    uint32_t pt, clock, channels;
    if (!number(c, 127, &pt) || !EAT(c, " "))
        return false;
    const uint8_t *start = c->p;
    while (vq_sip_class[*c->p] & VQ_C_TOKEN)
        c->p++;
    struct vq_slice name = {start, (size_t)(c->p - start)};
    if (!EAT(c, "/") || !number(c, UINT32_MAX, &clock) || (EAT(c, "/") && !number(c, UINT32_MAX, &channels)))
        return false;
    vq_sdp_name_format(m, pt, name, clock);
    return EAT(c, "\r\n");
}

static bool direction(struct cursor *c, struct vq_sdp_media *m)
{
    static const char words[][11] = {"sendrecv\r\n", "sendonly\r\n", "recvonly\r\n", "inactive\r\n"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (eat_bytes(c, words[i], sizeof words[0] - 1)) {
            m->dir = (enum vq_sdp_dir)i;
            return true;
        }
    return false;
}

/* Any other attribute, if nobody reads it. */
static bool unread(struct cursor *c)
{
    const uint8_t *start = c->p;
    enum vq_sdp_dir dir;
    skip_line(c);
    struct vq_slice rest = {start, (size_t)(c->p - start)}, name = vq_str_trim(vq_str_cut(&rest, ':'));
    return name.n && (name.p[0] | 0x20) != 'r' /* a=rtcp-fb and its kin */ &&
           vq_sdp_attribute_of(name, &dir) == VQ_A_OTHER;
}

static bool attribute(struct cursor *c, struct vq_sdp_media *m)
{
    if (!EAT(c, "a="))
        return false;
    if (EAT(c, "rtpmap:"))
        return rtpmap(c, m);
    if (EAT(c, "ptime:"))
        return number(c, VQ_SDP_PTIME_MOST, &m->ptime_ms) && EAT(c, "\r\n");
    if (EAT(c, "maxptime:"))
        return number(c, VQ_SDP_PTIME_MOST, &m->maxptime_ms) && EAT(c, "\r\n");
    if (!EAT(c, "fmtp:"))
        return direction(c, m) || unread(c);
    skip_line(c);
    return true;
}

bool vq_sdp_plain(struct vq_slice body, struct vq_sdp *out)
{
    struct cursor c = {body.p, body.n ? body.p + body.n : body.p};
    struct vq_sdp_media *m = &out->media[0];
    struct vq_endpoint at;
    if (body.n == 0 || c.stop[-1] != '\n' || !EAT(&c, "v=0\r\n") || !line(&c, 'o') || !line(&c, 's') ||
        !connection(&c, &at) || !line(&c, 't') || !audio(&c, m))
        return false;
    while (c.p < c.stop)
        if (!attribute(&c, m))
            return false;
    vq_sdp_place(m, &at, &at, 0);
    out->n_media = 1;
    out->defect = NULL;
    return true;
}
