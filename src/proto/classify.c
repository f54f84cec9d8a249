/* classify.c - what a UDP payload is, by its content. Runs for every packet of a flow that is not known yet: the first
 * byte decides which one check is made (RFC 7983 7). */
#include "proto/classify.h"

#include "proto/rtcp.h"
#include "proto/rtp.h"
#include "proto/sip_impl.h"
#include "proto/stun.h"
#include "util/str.h"

#define LONGEST_METHOD 64u
#define VERSION_SIZE   7u /* "SIP/2.0" */

static bool is_nothing(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0;
}

static size_t blanks(struct vq_slice s, size_t most)
{
    size_t i = 0;
    while (i < s.n && i < most && is_nothing(s.p[i]))
        i++;
    return i;
}

/* "SIP/" and a version, any of them: the parser names the wrong ones. */
static bool is_version(struct vq_slice s)
{
    return s.n >= VERSION_SIZE && vq_str_istarts(s, "SIP/") && s.p[4] >= '0' && s.p[4] <= '9' && s.p[5] == '.' &&
           s.p[6] >= '0' && s.p[6] <= '9';
}

bool vq_looks_sip(struct vq_slice s)
{
    size_t skip = blanks(s, VQ_SIP_JUNK);
    if (s.n - skip < sizeof "SIP/2.0 100" - 1)
        return false;
    s = vq_slice(s.p + skip, s.n - skip);
    if (is_version(s))
        return s.p[7] == ' ' && s.p[8] >= '1' && s.p[8] <= '9';
    size_t n = 0;
    while (n < s.n && n < LONGEST_METHOD && vq_sip_class[s.p[n]] & VQ_C_TOKEN)
        n++;
    if (n == 0 || n == s.n || s.p[n] != ' ')
        return false;
    s = vq_slice(s.p + n, s.n - n);
    struct vq_slice line = vq_str_trim(vq_slice(s.p, vq_str_find(s, '\n')));
    /* Something has to stand between method and version: the line, being trimmed, does not begin with the blank. */
    return line.n > VERSION_SIZE && is_version(vq_slice(line.p + line.n - VERSION_SIZE, VERSION_SIZE)) &&
           vq_str_is_blank(line.p[line.n - VERSION_SIZE - 1]);
}

/* RFC 6347 4.1 and RFC 9147 4: content type, version 254.x (1's complement of 1.x), ..., length of the fragment. */
static bool is_dtls(struct vq_slice s)
{
    struct vq_rd r = vq_rd(s.p, s.n);
    uint8_t type = vq_rd_u8(&r);
    uint8_t major = vq_rd_u8(&r), minor = vq_rd_u8(&r);
    vq_rd_skip(&r, 2 + 6);
    size_t n = vq_rd_u16(&r);
    return type <= 26 && major == 0xfe && (minor == 0xff || minor == 0xfd || minor == 0xfc) && vq_rd_skip(&r, n);
}

static enum vq_kind classify_media(struct vq_slice s)
{
    if (vq_rtcp_valid(s))
        return VQ_KIND_RTCP;
    struct vq_rtp rtp;
    /* RFC 3551 6: 72 to 76 are kept free, for with the marker they look like RTCP types 200 to 204. */
    return vq_rtp_parse(s, s.n, &rtp) && !(rtp.pt >= 72 && rtp.pt <= 76) ? VQ_KIND_RTP : VQ_KIND_OTHER;
}

enum vq_kind vq_classify(struct vq_slice s)
{
    if (s.n == 0)
        return VQ_KIND_EMPTY;
    uint8_t first = s.p[0];
    if (first >= 128)
        return first < 192 ? classify_media(s) : VQ_KIND_OTHER;
    if (first < 4) {
        struct vq_stun_msg stun;
        if (vq_stun_parse(s, &stun))
            return VQ_KIND_STUN;
    } else if (first >= 20 && first < 64 && is_dtls(s)) {
        return VQ_KIND_DTLS;
    }
    if (vq_looks_sip(s))
        return VQ_KIND_SIP;
    return is_nothing(first) && blanks(s, s.n) == s.n ? VQ_KIND_EMPTY : VQ_KIND_OTHER;
}
