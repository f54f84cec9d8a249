/* sdp.c - session descriptions, RFC 4566, read leniently. */
#include "proto/sdp_impl.h"

#include "util/hostport.h"
#include "util/str.h"

/* What may be wrong, the gravest first: a description with several defects is named by the first. */
enum defect {
    BAD_M,
    TOO_MANY_M,
    NOT_V0,
    NO_ADDRESS,
    NO_O,
    NO_S,
    NO_T,
    NOT_A_LINE,
    BAD_ORDER,
    NO_FORMATS,
    NO_END,
    DEFECTS
};

static const char *const defect_words[DEFECTS] = {
    [BAD_M] = "an SDP m= line cannot be read",
    [TOO_MANY_M] = "more SDP m= lines than are kept",
    [NOT_V0] = "SDP does not begin with v=0",
    [NO_ADDRESS] = "an SDP m= line has no c= line to it",
    [NO_O] = "SDP has no o= line",
    [NO_S] = "SDP has no s= line",
    [NO_T] = "SDP has no t= line",
    [NOT_A_LINE] = "an SDP line is not <type>=<value>",
    [BAD_ORDER] = "SDP lines are not in the order of RFC 4566",
    [NO_FORMATS] = "an SDP m= line has no format",
    [NO_END] = "the last SDP line has no line end",
};

/* RFC 4566 5: the place of each type of line in the session part and in each media part, 0 where it has none. r= stands
 * where its t= does, for another t= may follow. */
#define TYPE(c) ((c) - 'a')
static const uint8_t session_place[26] = {
    [TYPE('v')] = 1,  [TYPE('o')] = 2,  [TYPE('s')] = 3,  [TYPE('i')] = 4,  [TYPE('u')] = 5,
    [TYPE('e')] = 6,  [TYPE('p')] = 7,  [TYPE('c')] = 8,  [TYPE('b')] = 9,  [TYPE('t')] = 10,
    [TYPE('r')] = 10, [TYPE('z')] = 11, [TYPE('k')] = 12, [TYPE('a')] = 13,
};
static const uint8_t media_place[26] = {
    [TYPE('m')] = 1, [TYPE('i')] = 2, [TYPE('c')] = 3, [TYPE('b')] = 4, [TYPE('k')] = 5, [TYPE('a')] = 6,
};

struct address {
    struct vq_endpoint at; /* port unused */
    bool given;
};

struct state {
    struct vq_sdp *sdp;
    struct vq_sdp_media *m; /* being read, NULL in the session part or when there are too many */
    bool in_media;
    struct address session_addr, media_addr, rtcp_addr;
    uint16_t rtcp_port; /* of a=rtcp, 0: none */
    enum vq_sdp_dir session_dir;
    bool session_encrypted;
    const uint8_t *places; /* those of the part being read */
    uint8_t place;         /* reached in it */
    uint32_t defects;      /* bit set of enum defect */
    uint32_t seen;         /* bit set of line types */
};

static void defect(struct state *st, enum defect d)
{
    st->defects |= 1u << d;
}

static bool seen(const struct state *st, char type)
{
    return st->seen & 1u << TYPE(type);
}

static bool is_hold(const struct vq_endpoint *e)
{
    static const uint8_t zero[16];
    return e->family == 4 && memcmp(e->ip, zero, sizeof zero) == 0;
}

/* A literal address; names leave the family 0. */
static struct vq_endpoint read_ip(struct vq_slice s)
{
    struct vq_endpoint e = {0};
    vq_host_read(s, &e);
    return e;
}

/* "IN IP4 224.2.36.42/127": 5.7, the multicast TTL and count cut off. */
static struct address read_connection(struct vq_slice value)
{
    vq_str_word(&value);
    vq_str_word(&value);
    struct vq_slice text = vq_str_word(&value);
    return (struct address){read_ip(vq_str_cut(&text, '/')), true};
}

static enum vq_media media_of(struct vq_slice type, struct vq_slice proto)
{
    static const struct {
        const char *name;
        enum vq_media media;
    } rows[] = {
        {"audio", VQ_MEDIA_AUDIO},
        {"video", VQ_MEDIA_VIDEO},
        {"image", VQ_MEDIA_FAX},
        {"text", VQ_MEDIA_TEXT},
        {"application", VQ_MEDIA_APPLICATION},
    };
    if (vq_str_ieq_z(proto, "udptl")) /* T.38 may also be declared under "audio" (ITU-T T.38 D.2.3) */
        return VQ_MEDIA_FAX;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (vq_str_ieq_z(type, rows[i].name))
            return rows[i].media;
    return VQ_MEDIA_UNKNOWN;
}

static bool is_secure(struct vq_slice proto)
{
    for (struct vq_slice part; proto.n;) {
        part = vq_str_cut(&proto, '/');
        if (vq_str_istarts(part, "SAVP") || vq_str_ieq_z(part, "TLS"))
            return true;
    }
    return false;
}

void vq_sdp_add_format(struct vq_sdp_media *m, uint32_t pt)
{
    if (m->n_formats == VQ_SDP_FORMATS || pt > 127)
        return;
    const struct vq_codec *c = vq_codec_by_pt(pt);
    m->formats[m->n_formats++] = (struct vq_sdp_format){.pt = (uint8_t)pt, .codec = c, .clock_hz = c ? c->clock_hz : 0};
}

void vq_sdp_place(struct vq_sdp_media *m, const struct vq_endpoint *rtp, const struct vq_endpoint *rtcp, uint16_t rtcp_port)
{
    uint16_t port = m->rtp.port;
    m->rtp = *rtp;
    m->rtp.port = port;
    m->hold_addr = is_hold(rtp);
    m->rtcp = *rtcp;
    /* RFC 3550 11: the next higher port, unless RFC 3605's attribute says otherwise. */
    m->rtcp.port = rtcp_port ? rtcp_port : port && port < UINT16_MAX ? (uint16_t)(port + 1) : 0;
}

/* Gives the medium read so far what the session part says for all, and its RTCP address. */
static void close_media(struct state *st)
{
    struct vq_sdp_media *m = st->m;
    if (!m)
        return;
    const struct address *a = st->media_addr.given ? &st->media_addr : &st->session_addr;
    if (!a->given)
        defect(st, NO_ADDRESS);
    vq_sdp_place(m, &a->at, st->rtcp_addr.given ? &st->rtcp_addr.at : &a->at, st->rtcp_port);
    m->encrypted |= st->session_encrypted;
}

/* "audio 49170/2 RTP/AVP 0 8 97": 5.14. */
static void open_media(struct state *st, struct vq_slice value)
{
    if (!st->in_media)
        st->sdp->n_media = 0;
    close_media(st);
    st->m = NULL;
    st->in_media = true;
    st->places = media_place;
    st->place = 0;
    st->media_addr = st->rtcp_addr = (struct address){0};
    st->rtcp_port = 0;
    struct vq_slice type = vq_str_word(&value), ports = vq_str_word(&value), proto = vq_str_word(&value);
    uint32_t port;
    if (!vq_str_u32(vq_str_cut(&ports, '/'), &port) || port > UINT16_MAX || proto.n == 0) {
        defect(st, BAD_M);
        return;
    }
    if (st->sdp->n_media == VQ_SDP_MEDIA) {
        defect(st, TOO_MANY_M);
        return;
    }
    struct vq_sdp_media *m = st->m = &st->sdp->media[st->sdp->n_media++];
    memset(m, 0, offsetof(struct vq_sdp_media, candidates)); /* these and formats are written as they come */
    m->media = media_of(type, proto);
    m->rtp.port = (uint16_t)port;
    m->encrypted = is_secure(proto);
    m->dir = st->session_dir;
    struct vq_slice format = vq_str_word(&value);
    if (format.n == 0)
        defect(st, NO_FORMATS);
    for (uint32_t pt; format.n; format = vq_str_word(&value))
        if (vq_str_u32(format, &pt))
            vq_sdp_add_format(m, pt);
}

void vq_sdp_name_format(struct vq_sdp_media *m, uint32_t pt, struct vq_slice name, uint32_t clock)
{
    for (unsigned i = 0; i < m->n_formats; i++) {
        struct vq_sdp_format *f = &m->formats[i];
        if (f->pt != pt || f->name.p)
            continue;
        f->name = name;
        /* Mostly it only says what RFC 3551 says of the number anyway. */
        if (f->codec && (!clock || clock == f->clock_hz) && vq_str_ieq_z(name, f->codec->name))
            continue;
        f->codec = vq_codec_by_name((const char *)name.p, name.n, clock);
        /* A known name with a foreign clock (G722/16000 is a frequent mistake) is still that codec. */
        if (!f->codec)
            f->codec = vq_codec_by_name((const char *)name.p, name.n, 0);
        f->clock_hz = clock ? clock : f->codec ? f->codec->clock_hz : 0;
    }
}

/* "97 iLBC/8000/1": 6, rtpmap. */
static void read_rtpmap(struct vq_sdp_media *m, struct vq_slice value)
{
    uint32_t pt, clock = 0;
    if (!vq_str_u32(vq_str_word(&value), &pt))
        return;
    value = vq_str_trim(value);
    struct vq_slice name = vq_str_cut(&value, '/');
    vq_str_u32_prefix(value, &clock);
    vq_sdp_name_format(m, pt, name, clock);
}

/* RFC 3605 2.1: "53020" or "53020 IN IP4 126.16.64.4". */
static void read_rtcp(struct state *st, struct vq_slice value)
{
    uint32_t port;
    if (!vq_str_u32(vq_str_word(&value), &port) || port > UINT16_MAX)
        return;
    st->rtcp_port = (uint16_t)port;
    if (vq_str_trim(value).n)
        st->rtcp_addr = read_connection(value);
}

/* Ordered by length. */
static const struct {
    char name[12]; /* lower case, NUL or not */
    uint8_t is;    /* enum vq_sdp_attribute */
    uint8_t dir;   /* enum vq_sdp_dir */
} attributes[] = {
    {"rtcp", VQ_A_RTCP, 0},
    {"ptime", VQ_A_PTIME, 0},
    {"rtpmap", VQ_A_RTPMAP, 0},
    {"crypto", VQ_A_KEY, 0},
    {"sendrecv", VQ_A_DIRECTION, VQ_SDP_SENDRECV},
    {"sendonly", VQ_A_DIRECTION, VQ_SDP_SENDONLY},
    {"recvonly", VQ_A_DIRECTION, VQ_SDP_RECVONLY},
    {"inactive", VQ_A_DIRECTION, VQ_SDP_INACTIVE},
    {"maxptime", VQ_A_MAXPTIME, 0},
    {"rtcp-mux", VQ_A_RTCP_MUX, 0},
    {"candidate", VQ_A_CANDIDATE, 0},
    {"fingerprint", VQ_A_KEY, 0},
};

/* First row of each length: attributes[first[n]] .. attributes[first[n + 1] - 1] are of length n. */
static const uint8_t first[] = {0, 0, 0, 0, 0, 1, 2, 4, 4, 10, 11, 11, 12};

enum vq_sdp_attribute vq_sdp_attribute_of(struct vq_slice name, enum vq_sdp_dir *dir)
{
    if (name.n > sizeof first - 2)
        return VQ_A_OTHER;
    for (size_t i = first[name.n]; i < first[name.n + 1]; i++) {
        if (attributes[i].name[0] != (name.p[0] | 0x20) || !vq_str_ieq(name, vq_slice(attributes[i].name, name.n)))
            continue;
        if (attributes[i].is == VQ_A_DIRECTION)
            *dir = (enum vq_sdp_dir)attributes[i].dir;
        return (enum vq_sdp_attribute)attributes[i].is;
    }
    return VQ_A_OTHER;
}

/* Milliseconds, or `before` when it is nothing of the kind. */
static uint32_t read_ptime(struct vq_slice value, uint32_t before)
{
    double ms;
    return vq_str_double(vq_str_trim(value), &ms) && ms <= VQ_SDP_PTIME_MOST ? (uint32_t)(ms + 0.5) : before;
}

static void read_attribute(struct state *st, struct vq_slice value)
{
    struct vq_slice name = vq_str_trim(vq_str_cut(&value, ':'));
    struct vq_sdp_media *m = st->m;
    if (!st->in_media) {
        st->session_encrypted |= vq_sdp_attribute_of(name, &st->session_dir) == VQ_A_KEY;
        return;
    }
    if (!m)
        return;
    enum vq_sdp_attribute is = vq_sdp_attribute_of(name, &m->dir);
    m->rtcp_named |= vq_str_istarts(name, "rtcp");
    switch (is) {
    case VQ_A_RTPMAP:
        read_rtpmap(m, value);
        return;
    case VQ_A_PTIME:
        m->ptime_ms = read_ptime(value, m->ptime_ms);
        return;
    case VQ_A_MAXPTIME:
        m->maxptime_ms = read_ptime(value, m->maxptime_ms);
        return;
    case VQ_A_RTCP:
        read_rtcp(st, value);
        return;
    case VQ_A_RTCP_MUX:
        m->rtcp_mux = true;
        return;
    case VQ_A_CANDIDATE:
        if (m->n_candidates < VQ_SDP_CANDIDATES)
            m->candidates[m->n_candidates++] = value;
        return;
    case VQ_A_KEY:
        m->encrypted = true;
        return;
    case VQ_A_DIRECTION:
    case VQ_A_OTHER:
        return;
    }
}

/* Words for the gravest of the defects, or NULL. */
static const char *gravest(uint32_t defects)
{
    for (unsigned d = 0; d < DEFECTS; d++)
        if (defects & 1u << d)
            return defect_words[d];
    return NULL;
}

static void check_order(struct state *st, char type)
{
    uint8_t place = st->places[TYPE(type)];
    if (place >= st->place)
        st->place = place;
    else if (place)
        defect(st, BAD_ORDER);
}

static void read_line(struct state *st, struct vq_slice line)
{
    /* Blanks ahead are what an editor leaves behind; other implementations do not mind them either. */
    line = vq_str_trim(line);
    if (line.n == 0)
        return;
    if (line.n < 2 || line.p[1] != '=' || line.p[0] < 'a' || line.p[0] > 'z') {
        defect(st, NOT_A_LINE);
        return;
    }
    char type = (char)line.p[0];
    struct vq_slice value = vq_slice(line.p + 2, line.n - 2);
    if (!st->seen && (type != 'v' || !vq_str_eq(value, VQ_SLICE_LIT("0"))))
        defect(st, NOT_V0);
    st->seen |= 1u << TYPE(type);
    if (type == 'm') {
        open_media(st, value);
        return;
    }
    check_order(st, type);
    if (type == 'c')
        *(st->in_media ? &st->media_addr : &st->session_addr) = read_connection(value);
    else if (type == 'a')
        read_attribute(st, value);
}

bool vq_sdp_any(struct vq_slice body, struct vq_sdp *out)
{
    struct state st = {.sdp = out /* untouched up to the first m= line */, .places = session_place};
    struct vq_slice rest = body, line;
    while (vq_str_line(&rest, &line))
        read_line(&st, line);
    close_media(&st);
    if (!seen(&st, 'm'))
        return false;
    if (!seen(&st, 'o'))
        defect(&st, NO_O);
    if (!seen(&st, 's'))
        defect(&st, NO_S);
    if (!seen(&st, 't'))
        defect(&st, NO_T);
    if (body.p[body.n - 1] != '\n')
        defect(&st, NO_END);
    out->defect = gravest(st.defects);
    return true;
}

bool vq_sdp_parse(struct vq_slice body, struct vq_sdp *out)
{
    return vq_sdp_plain(body, out) || vq_sdp_any(body, out);
}
