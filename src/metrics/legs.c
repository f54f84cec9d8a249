/* legs.c - see legs.h. */
#include "metrics/legs.h"

#include <string.h>

#include "util/str.h"

#define MS INT64_C(1000000)

/* `binds`: enough without a host that received the one and sent the other. */
static const struct {
    const char *name;
    const char *help;
    double weight;
    bool binds;
} rows[VQ_EVIDENCES] = {
    [VQ_EV_SESSION_ID] = {"session_id", "same Session-ID", 0.97, true},
    [VQ_EV_OTHER_CALL_ID] = {"x_call_id", "one names the other's Call-ID", 0.97, true},
    [VQ_EV_ICID] = {"icid", "same charging identifier", 0.95, true},
    [VQ_EV_CALL_ID] = {"call_id", "one Call-ID is made from the other", 0.9, true},
    [VQ_EV_MEDIA_ADDRESS] = {"sdp_media", "same media address in both SDPs", 0.85, true},
    [VQ_EV_RTP] = {"relayed_rtp", "RTP of one is relayed into the other", 0.8, false},
    [VQ_EV_PAYLOAD] = {"relayed_payload", "what RTP of one carries is sent on in the other", 0.8, false},
    [VQ_EV_HOST] = {"host", "sent by the host that received the other", 0.3, false},
    [VQ_EV_CALLER] = {"caller", "same caller", 0.4, false},
    [VQ_EV_CALLEE] = {"callee", "same number called", 0.4, false},
    [VQ_EV_SETUP_AT_ONCE] = {"setup_at_once", "set up within half a second", 0.5, false},
    [VQ_EV_SETUP_WHILE] = {"setup_while", "set up while the other was", 0.3, false},
    [VQ_EV_ANSWER] = {"answer", "answered together", 0.4, false},
    [VQ_EV_END] = {"end", "ended together", 0.4, false},
};

const char *vq_evidence_name(enum vq_evidence e)
{
    return rows[e].name;
}

const char *vq_evidence_help(enum vq_evidence e)
{
    return rows[e].help;
}

/* A PBX looks up where to go within milliseconds; what takes longer may be a script that asks a database. */
#define AT_ONCE (500 * MS)
/* The answer and the end pass through a B2BUA at once, save that a retransmission (500 ms, RFC 3261 17.1.1.2) may come
 * in between. */
#define TOGETHER (600 * MS)
/* Captures put packets of one moment into any order. */
#define SLACK (20 * MS)

static bool together(int64_t a, int64_t b)
{
    return a != VQ_NONE && b != VQ_NONE && (a > b ? a - b : b - a) <= TOGETHER;
}

static uint32_t sign(enum vq_evidence e)
{
    return UINT32_C(1) << e;
}

double vq_leg_confidence(const struct vq_leg_pair *p, uint32_t *evidence)
{
    uint32_t signs = p->signs;
    double doubt = 1;
    bool binds = signs & sign(VQ_EV_HOST);
    if (p->first_end != VQ_NONE && p->second_start > p->first_end + SLACK)
        return 0;
    if (p->second_start - p->first_start <= AT_ONCE)
        signs |= sign(VQ_EV_SETUP_AT_ONCE);
    else if (p->first_answered == VQ_NONE || p->second_start <= p->first_answered + SLACK)
        signs |= sign(VQ_EV_SETUP_WHILE);
    if (together(p->first_answered, p->second_answered))
        signs |= sign(VQ_EV_ANSWER);
    if (together(p->first_end, p->second_end))
        signs |= sign(VQ_EV_END);
    for (int e = 0; e < VQ_EVIDENCES; e++) {
        if (!(signs & sign((enum vq_evidence)e)))
            continue;
        doubt *= 1 - rows[e].weight;
        binds |= rows[e].binds;
    }
    /* A B2BUA of two networks sends from another address than it receives on: then the whole story must agree. */
    const uint32_t story = sign(VQ_EV_CALLER) | sign(VQ_EV_CALLEE) | sign(VQ_EV_SETUP_AT_ONCE);
    binds |= (signs & story) == story && signs & (sign(VQ_EV_ANSWER) | sign(VQ_EV_END));
    if (!binds)
        return 0;
    *evidence = signs;
    return 1 - doubt;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* Digits that tell a subscriber from others of his region; what stands before may be added or taken away on the way. */
#define SUBSCRIBER 7

static bool is_nobody(const char *z)
{
    static const char *const names[] = {"", "anonymous", "unknown", "unavailable", "restricted", "asterisk"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(z, names[i]))
            return true;
    return false;
}

bool vq_leg_number(struct vq_slice user, char out[VQ_LEG_NUMBER])
{
    size_t digits = 0, n = 0;
    bool number = true;
    for (size_t i = 0; i < user.n; i++) {
        uint8_t c = user.p[i];
        bool mark = c == '-' || c == '.' || c == '(' || c == ')' || (c == '+' && i == 0); /* RFC 3966 5.1.1 */
        digits += c >= '0' && c <= '9';
        number &= mark || (c >= '0' && c <= '9');
    }
    size_t skip = number && digits > SUBSCRIBER ? digits - SUBSCRIBER : 0;
    for (size_t i = 0; i < user.n && n < VQ_LEG_NUMBER - 1; i++) {
        uint8_t c = user.p[i];
        if (number && (c < '0' || c > '9'))
            continue;
        if (skip)
            skip--;
        else
            out[n++] = (char)vq_str_lower(c);
    }
    out[n] = '\0';
    return !is_nobody(out);
}
