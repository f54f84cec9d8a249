/* sip_multipart.c - the part of a multipart body that is read further (RFC 2046 5.1, RFC 5621): SDP, else a quality report
 * (RFC 6035). */
#include "proto/sip_impl.h"
#include "util/str.h"

/* "--boundary" alone on its line; `*last` when it is "--boundary--". */
static bool is_delimiter(struct vq_slice line, struct vq_slice boundary, bool *last)
{
    if (line.n < boundary.n + 2 || memcmp(line.p, "--", 2) || memcmp(line.p + 2, boundary.p, boundary.n))
        return false;
    struct vq_slice tail = vq_str_trim(vq_slice(line.p + 2 + boundary.n, line.n - 2 - boundary.n));
    *last = vq_str_eq(tail, VQ_SLICE_LIT("--"));
    return *last || tail.n == 0;
}

/* What is read, the first of them before the others. */
static const char *const wanted[] = {"application/sdp", "application/vq-rtcpxr"};
#define WANTED (sizeof wanted / sizeof *wanted)

/* Which of them the headers in front of a part (cut off it) name; WANTED: none. */
static size_t what_is(struct vq_slice *part)
{
    size_t what = WANTED;
    struct vq_slice line;
    while (vq_str_line(part, &line) && vq_str_trim(line).n) {
        struct vq_slice name = vq_str_trim(vq_str_cut(&line, ':'));
        if (vq_sip_hdr_of(name) == VQ_HDR_CONTENT_TYPE)
            for (what = 0; what < WANTED && !vq_str_istarts(vq_str_trim(line), wanted[what]);)
                what++;
    }
    return what;
}

const char *vq_sip_multipart_part(struct vq_slice type, struct vq_slice body, struct vq_slice *out, bool *closed)
{
    size_t found = WANTED;
    struct vq_slice boundary = {0}, params = type, line, rest = body;
    bool last = false;
    const uint8_t *part = NULL;
    *closed = false;
    vq_str_cut(&params, ';');
    /* RFC 2046 5.1.1: at most 70 characters. */
    if (!vq_sip_param_find(params, "boundary", &boundary) || boundary.n == 0 || boundary.n > 70)
        return NULL;
    while (!last && rest.n) {
        const uint8_t *start = rest.p;
        bool delimiter = vq_str_line(&rest, &line) && is_delimiter(line, boundary, &last);
        if (!delimiter && rest.n)
            continue;
        const uint8_t *end = delimiter ? start : rest.p;
        if (part) {
            struct vq_slice inside = {part, (size_t)(end - part)};
            size_t what = what_is(&inside);
            if (what < found) {
                *out = inside;
                found = what;
            }
        }
        part = rest.p;
    }
    *closed = last;
    return found < WANTED ? wanted[found] : NULL;
}
