/* websocket.c - WebSocket frames and the HTTP exchange before them, see websocket.h. */
#include "proto/websocket.h"

#include "util/str.h"

/* ---- the opening ---- */

/* Is `token` in a comma-separated list? Tokens of Upgrade are compared without case, those of
 * Sec-WebSocket-Protocol with it (RFC 6455 4.1 and 4.2.1); RFC 7118 writes "sip". */
static bool has_token(struct vq_slice list, const char *token, bool any_case)
{
    while (list.n) {
        struct vq_slice t = vq_str_trim(vq_str_cut(&list, ','));
        if (any_case ? vq_str_ieq_z(t, token) : vq_str_eq(t, vq_slice(token, strlen(token))))
            return true;
    }
    return false;
}

/* The bytes up to and with the empty line, 0 without one. */
static size_t head_size(struct vq_slice bytes)
{
    struct vq_slice rest = bytes, line;
    while (vq_str_line(&rest, &line))
        if (line.n == 0)
            return rest.n || bytes.p[bytes.n - 1] == '\n' ? bytes.n - rest.n : 0;
    return 0;
}

static bool could_begin(struct vq_slice bytes, const char *with)
{
    size_t n = strlen(with);
    n = bytes.n < n ? bytes.n : n;
    return n == 0 || memcmp(bytes.p, with, n) == 0;
}

static bool is_get(struct vq_slice line)
{
    static const char version[] = " HTTP/1.1";
    size_t n = sizeof version - 1;
    return vq_str_starts(line, "GET ") && line.n > n && vq_str_starts(vq_slice(line.p + line.n - n, n), version);
}

static bool is_101(struct vq_slice line)
{
    static const char status[] = "HTTP/1.1 101";
    size_t n = sizeof status - 1;
    return vq_str_starts(line, status) && (line.n == n || line.p[n] == ' ');
}

enum vq_ws_opening vq_ws_opening(struct vq_slice bytes, size_t *size)
{
    bool get = could_begin(bytes, "GET "), response = could_begin(bytes, "HTTP/1.1 101");
    if (!get && !response)
        return VQ_WS_NOT;
    struct vq_slice head = vq_slice(bytes.p, bytes.n < VQ_WS_HEAD_MAX ? bytes.n : VQ_WS_HEAD_MAX);
    head.n = head_size(head);
    if (!head.n)
        return bytes.n < VQ_WS_HEAD_MAX ? VQ_WS_PARTIAL : VQ_WS_NOT;
    size_t n = head.n;
    bool upgrade = false, sip = false;
    struct vq_slice line;
    if (!vq_str_line(&head, &line) || !(get ? is_get(line) : is_101(line)))
        return VQ_WS_NOT;
    while (vq_str_line(&head, &line)) {
        struct vq_slice name = vq_str_trim(vq_str_cut(&line, ':'));
        if (vq_str_ieq_z(name, "Upgrade"))
            upgrade |= has_token(line, "websocket", true);
        else if (vq_str_ieq_z(name, "Sec-WebSocket-Protocol"))
            sip |= has_token(line, "sip", false);
    }
    if (!upgrade || !sip)
        return VQ_WS_NOT;
    *size = n;
    return get ? VQ_WS_REQUEST : VQ_WS_RESPONSE;
}

/* ---- frames ---- */

void vq_ws_init(struct vq_ws *w, uint8_t *room, size_t cap)
{
    *w = (struct vq_ws){.room = room, .cap = cap};
}

static enum vq_ws_event bad(struct vq_ws *w, const char *why)
{
    w->why = why;
    return VQ_WS_BAD;
}

static bool is_control(uint8_t opcode)
{
    return opcode & 8;
}

/* Length of the header, as far as its first bytes tell. */
static uint8_t head_wanted(const struct vq_ws *w)
{
    if (w->head_n < 2)
        return 2;
    uint8_t length = w->head[1] & 0x7f;
    return (uint8_t)(2 + (length == 127 ? 8 : length == 126 ? 2 : 0) + (w->head[1] & 0x80 ? 4 : 0));
}

/* RFC 6455 5.2: 7, 7+16 or 7+64 bits, in the shortest form. False: not the shortest. */
static bool read_length(const uint8_t *head, uint64_t *length)
{
    uint8_t first = head[1] & 0x7f;
    *length = first;
    if (first == 126) {
        *length = vq_be16(head + 2);
        return *length > 125;
    }
    if (first == 127) {
        *length = (uint64_t)vq_be32(head + 2) << 32 | vq_be32(head + 6);
        return *length > 65535 && *length <= INT64_MAX;
    }
    return true;
}

/* What is wrong with the frame that the header announces; NULL: nothing. */
static const char *check_frame(const struct vq_ws *w, uint64_t length)
{
    if (w->head[0] & 0x70)
        return "a reserved bit is set: an extension, such as compression, that is not read";
    if ((w->opcode > VQ_WS_BINARY && w->opcode < VQ_WS_CLOSE) || w->opcode > VQ_WS_PONG)
        return "a reserved opcode";
    if (is_control(w->opcode)) {
        if (!w->fin)
            return "a control frame in fragments";
        return length > VQ_WS_CONTROL_MAX ? "a control frame of more than 125 bytes" : NULL;
    }
    if ((w->opcode == VQ_WS_CONTINUATION) != (w->message != 0))
        return w->message ? "a message begins inside another" : "a continuation of no message";
    return length > w->cap - w->n ? "a message longer than what is kept" : NULL;
}

static enum vq_ws_event begin_frame(struct vq_ws *w)
{
    uint64_t length;
    w->fin = w->head[0] & 0x80;
    w->opcode = w->head[0] & 0x0f;
    w->masked = w->head[1] & 0x80;
    if (!read_length(w->head, &length))
        return bad(w, "a length not in its shortest form");
    const char *why = check_frame(w, length);
    if (why)
        return bad(w, why);
    if (w->masked)
        memcpy(w->mask, w->head + w->head_n - 4, 4);
    else
        memset(w->mask, 0, 4);
    if (!is_control(w->opcode) && w->opcode != VQ_WS_CONTINUATION)
        w->message = w->opcode;
    w->at = 0;
    w->control_n = 0;
    w->left = length;
    w->in_payload = true;
    return VQ_WS_MORE;
}

static void take_payload(struct vq_ws *w, struct vq_slice *in)
{
    size_t n = in->n < w->left ? in->n : (size_t)w->left;
    struct vq_slice from = vq_str_cut_at(in, n, n);
    bool control = is_control(w->opcode);
    uint8_t *to = w->room + (control ? w->cap + w->control_n : w->n);
    for (size_t i = 0; i < n; i++)
        to[i] = from.p[i] ^ w->mask[w->at++ & 3];
    *(control ? &w->control_n : &w->n) += n;
    w->left -= n;
}

/* The whole payload is here. */
static enum vq_ws_event end_frame(struct vq_ws *w, struct vq_ws_message *out)
{
    w->in_payload = false;
    w->head_n = 0;
    if (is_control(w->opcode)) {
        *out = (struct vq_ws_message){vq_slice(w->room + w->cap, w->control_n), w->opcode, w->masked};
        return VQ_WS_CONTROL;
    }
    if (!w->fin)
        return VQ_WS_MORE;
    *out = (struct vq_ws_message){vq_slice(w->room, w->n), w->message, w->masked};
    w->message = 0;
    w->n = 0;
    return VQ_WS_MESSAGE;
}

enum vq_ws_event vq_ws_read(struct vq_ws *w, struct vq_slice *in, struct vq_ws_message *out)
{
    if (w->why)
        return VQ_WS_BAD;
    while (in->n || (w->in_payload && !w->left)) {
        if (!w->in_payload) {
            w->head[w->head_n++] = vq_str_cut_at(in, 1, 1).p[0];
            if (w->head_n == head_wanted(w) && begin_frame(w) == VQ_WS_BAD)
                return VQ_WS_BAD;
            continue;
        }
        take_payload(w, in);
        enum vq_ws_event e = w->left ? VQ_WS_MORE : end_frame(w, out);
        if (e != VQ_WS_MORE)
            return e;
    }
    return VQ_WS_MORE;
}
