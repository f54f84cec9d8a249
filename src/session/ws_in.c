/* ws_in.c - SIP over WebSocket (RFC 7118): one direction of a TCP connection that an HTTP exchange turned into frames. */
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#include "proto/websocket.h"
#include "util/budget.h"

/* Bytes of a message. A browser's SDP with all its ICE candidates takes half of it. */
#define MESSAGE_MOST 16384u

struct vq_ws_way {
    struct vq_ws reader;
    size_t head_n; /* bytes of the HTTP message so far, in `room` */
    bool open;
    uint8_t room[MESSAGE_MOST + VQ_WS_CONTROL_MAX];
};

_Static_assert(MESSAGE_MOST >= VQ_WS_HEAD_MAX, "the opening finds room where messages will");

bool vq_ws_may_open(struct vq_slice s)
{
    return s.n >= 4 && (!memcmp(s.p, "GET ", 4) || !memcmp(s.p, "HTTP", 4));
}

struct vq_ws_way *vq_ws_way_new(struct vq_budget *budget)
{
    struct vq_ws_way *w = vq_budget_take(budget, sizeof *w) ? malloc(sizeof *w) : NULL;
    if (!w)
        return NULL;
    w->head_n = 0;
    w->open = false;
    return w;
}

void vq_ws_way_free(struct vq_ws_way *w, struct vq_budget *budget)
{
    if (w)
        vq_budget_give(budget, sizeof *w);
    free(w);
}

/* One SIP message in each WebSocket message (RFC 7118 5); keep-alives of RFC 5626 are allowed as well. */
static bool frames(struct vq_ws_way *w, struct vq_slice bytes, vq_ws_message_h *h, void *arg)
{
    struct vq_ws_message m;
    for (;;) {
        switch (vq_ws_read(&w->reader, &bytes, &m)) {
        case VQ_WS_MORE:
            return true;
        case VQ_WS_MESSAGE:
            h(m.payload, arg);
            break;
        case VQ_WS_CONTROL:
            break;
        case VQ_WS_BAD:
            return false;
        }
    }
}

enum vq_ws_state vq_ws_way_put(struct vq_ws_way *w, struct vq_slice bytes, vq_ws_message_h *h, void *arg)
{
    if (w->open)
        return frames(w, bytes, h, arg) ? VQ_WS_IS_SIP : VQ_WS_BROKEN;
    size_t n = VQ_WS_HEAD_MAX - w->head_n, size;
    n = bytes.n < n ? bytes.n : n;
    memcpy(w->room + w->head_n, bytes.p, n);
    switch (vq_ws_opening(vq_slice(w->room, w->head_n + n), &size)) {
    case VQ_WS_NOT:
        return VQ_WS_FOREIGN;
    case VQ_WS_PARTIAL:
        w->head_n += n;
        return w->head_n < VQ_WS_HEAD_MAX ? VQ_WS_UNKNOWN : VQ_WS_FOREIGN;
    case VQ_WS_REQUEST:
    case VQ_WS_RESPONSE:
        break;
    }
    /* The end of the opening lies in these bytes: it was not there before. */
    size_t used = size - w->head_n;
    w->open = true;
    vq_ws_init(&w->reader, w->room, MESSAGE_MOST);
    return frames(w, vq_slice(bytes.p + used, bytes.n - used), h, arg) ? VQ_WS_IS_SIP : VQ_WS_BROKEN;
}
