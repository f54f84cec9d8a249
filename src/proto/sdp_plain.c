/* sdp_plain.c - one pass over a session description as most phones and servers write it: a single audio section, every line
 * in its place. Anything else is refused and left to the reader of all descriptions; where both read one, they agree. */
#include "proto/cursor.h"
#include "proto/sdp_impl.h"
#include "util/hostport.h"
#include "util/str.h"

/* Behind it the description may be at its end. */
static void skip_line(struct vq_cursor *c)
{
    const uint8_t *lf = memchr(c->p, '\n', (size_t)(c->stop - c->p));
    c->p = lf + 1;
}

/* A line of which only its being there matters. */
static bool line(struct vq_cursor *c, char type)
{
    if (c->stop - c->p < 3 || c->p[0] != (uint8_t)type || c->p[1] != '=')
        return false;
    skip_line(c);
    return true;
}

static bool connection(struct vq_cursor *c, struct vq_endpoint *at)
{
    if (!VQ_EAT(c, "c=IN IP4 "))
        return false;
    const uint8_t *start = c->p;
    while (*c->p == '.' || (*c->p >= '0' && *c->p <= '9'))
        c->p++;
    return vq_host_read(vq_slice(start, (size_t)(c->p - start)), at) && VQ_EAT(c, "\r\n");
}

static bool audio(struct vq_cursor *c, struct vq_sdp_media *m)
{
    uint32_t port, pt;
    if (!VQ_EAT(c, "m=audio ") || !vq_digits(c, UINT16_MAX, &port) || !VQ_EAT(c, " RTP/AVP"))
        return false;
    memset(m, 0, offsetof(struct vq_sdp_media, candidates)); /* these and formats are written as they come */
    m->media = VQ_MEDIA_AUDIO;
    m->rtp.port = (uint16_t)port;
    while (VQ_EAT(c, " ")) {
        if (m->n_formats == VQ_SDP_FORMATS || !vq_digits(c, 127, &pt))
            return false;
        vq_sdp_add_format(m, pt);
    }
    return m->n_formats && VQ_EAT(c, "\r\n");
}

/* "0 PCMU/8000", perhaps with the number of channels. */
static bool rtpmap(struct vq_cursor *c, struct vq_sdp_media *m)
{
    uint32_t pt, clock, channels;
    if (!vq_digits(c, 127, &pt) || !VQ_EAT(c, " "))
        return false;
    struct vq_slice name = vq_run(c, VQ_C_TOKEN);
    if (!VQ_EAT(c, "/") || !vq_digits(c, UINT32_MAX, &clock) || (VQ_EAT(c, "/") && !vq_digits(c, UINT32_MAX, &channels)))
        return false;
    vq_sdp_name_format(m, pt, name, clock);
    return VQ_EAT(c, "\r\n");
}

/* No longer than the reader of all takes for a number. */
static bool ptime(struct vq_cursor *c, uint32_t *ms)
{
    const uint8_t *start = c->p;
    return vq_digits(c, VQ_SDP_PTIME_MOST, ms) && c->p - start <= 9 && VQ_EAT(c, "\r\n");
}

static bool direction(struct vq_cursor *c, struct vq_sdp_media *m)
{
    static const char words[][11] = {"sendrecv\r\n", "sendonly\r\n", "recvonly\r\n", "inactive\r\n"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (vq_eat_bytes(c, words[i], sizeof words[0] - 1)) {
            m->dir = (enum vq_sdp_dir)i;
            return true;
        }
    return false;
}

/* Any other attribute, if nobody reads it. */
static bool unread(struct vq_cursor *c)
{
    const uint8_t *start = c->p;
    enum vq_sdp_dir dir;
    skip_line(c);
    struct vq_slice rest = {start, (size_t)(c->p - start)}, name = vq_str_trim(vq_str_cut(&rest, ':'));
    return name.n && (name.p[0] | 0x20) != 'r' /* a=rtcp-fb and its kin */ &&
           vq_sdp_attribute_of(name, &dir) == VQ_A_OTHER;
}

static bool attribute(struct vq_cursor *c, struct vq_sdp_media *m)
{
    if (!VQ_EAT(c, "a="))
        return false;
    if (VQ_EAT(c, "rtpmap:"))
        return rtpmap(c, m);
    if (VQ_EAT(c, "ptime:"))
        return ptime(c, &m->ptime_ms);
    if (VQ_EAT(c, "maxptime:"))
        return ptime(c, &m->maxptime_ms);
    if (!VQ_EAT(c, "fmtp:"))
        return direction(c, m) || unread(c);
    skip_line(c);
    return true;
}

bool vq_sdp_plain(struct vq_slice body, struct vq_sdp *out)
{
    struct vq_cursor c = {body.p, body.n ? body.p + body.n : body.p};
    struct vq_sdp_media *m = &out->media[0];
    struct vq_endpoint at;
    if (body.n == 0 || c.stop[-1] != '\n' || !VQ_EAT(&c, "v=0\r\n") || !line(&c, 'o') || !line(&c, 's') ||
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
