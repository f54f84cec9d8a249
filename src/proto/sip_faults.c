/* sip_faults.c - what RFC 3261's grammar forbids although a reader can do without the rule: looked for only in messages
 * that the strict scan refused. */
#include "proto/sip_impl.h"
#include "util/str.h"

#define COOKIE "z9hG4bK" /* 8.1.1.7: every branch begins with it */

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Offset behind the quoted string that begins at s.p[i]; more than s.n when nothing closes it (25.1 quoted-string). */
static size_t behind_quotes(struct vq_slice s, size_t i)
{
    for (i++; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return i + 1;
    }
    return s.n + 1;
}

unsigned vq_sip_addr_faults(struct vq_slice value)
{
    bool query = false;
    size_t i = 0;
    while (i < value.n && value.p[i] != '<' && value.p[i] != ';') {
        query |= value.p[i] == '?';
        i = value.p[i] == '"' ? behind_quotes(value, i) : i + 1;
    }
    if (i > value.n)
        return VQ_SIP_OPEN_QUOTE;
    if (i == value.n || value.p[i] != '<')
        return query ? VQ_SIP_BARE_QUERY : 0; /* 20.10: such a URI stands in angle brackets */
    struct vq_slice uri = {value.p + i + 1, value.n - i - 1};
    uri.n = vq_str_find(uri, '>');
    /* 25.1: LAQUOT and RAQUOT allow blanks outside only. */
    return uri.n && (is_space(uri.p[0]) || is_space(uri.p[uri.n - 1])) ? VQ_SIP_URI_BLANKS : 0;
}

bool vq_sip_has_empty_item(struct vq_slice value)
{
    bool separated = true; /* nothing since the last ';' or ',' */
    for (size_t i = 0; i < value.n;) {
        uint8_t c = value.p[i];
        bool separator = c == ';' || c == ',';
        if (separator && separated)
            return true;
        if (!is_space(c))
            separated = separator;
        size_t next = i + 1;
        if (c == '"')
            next = behind_quotes(value, i);
        else if (c == '<')
            next = i + 1 + vq_str_find(vq_slice(value.p + i + 1, value.n - i - 1), '>');
        i = next;
    }
    return separated;
}

bool vq_sip_branch_is_bare(struct vq_slice branch)
{
    return vq_str_ieq_z(branch, COOKIE);
}

bool vq_sip_cseq_is_beyond(struct vq_slice value)
{
    uint64_t number = 0;
    size_t n = 0;
    for (; n < value.n && value.p[n] >= '0' && value.p[n] <= '9'; n++)
        number = number > VQ_SIP_CSEQ_MAX ? number : number * 10 + (uint64_t)(value.p[n] - '0');
    return n && n < value.n && is_space(value.p[n]) && number > VQ_SIP_CSEQ_MAX;
}

bool vq_sip_date_is_gmt(struct vq_slice value)
{
    return value.n >= 3 && memcmp(value.p + value.n - 3, "GMT", 3) == 0;
}

bool vq_sip_nul_is_quoted(struct vq_slice line)
{
    bool quotes = false;
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == 0)
            return false;
        if (line.p[i] == '"')
            quotes = !quotes;
        else if (line.p[i] == '\\' && quotes)
            i++; /* 25.1 quoted-pair: any byte of ASCII but line ends, so NUL too */
    }
    return true;
}
