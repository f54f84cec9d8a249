/* fuzz_websocket.c - any bytes as an HTTP opening and as frames; in one piece and in many they must say the same. */
#include <stdlib.h>

#include "proto/websocket.h"

enum { CAP = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* A number that depends on every event and byte; frames are read `piece` bytes at a time. */
static uint64_t read_all(const uint8_t *data, size_t n, size_t piece)
{
    uint64_t sum = 14695981039346656037u;
    uint8_t *room = malloc(CAP + VQ_WS_CONTROL_MAX);
    require(room != NULL);
    struct vq_ws w;
    vq_ws_init(&w, room, CAP);
    for (size_t at = 0; at < n;) {
        size_t part = n - at < piece ? n - at : piece;
        struct vq_slice in = vq_slice(data + at, part);
        struct vq_ws_message m = {.opcode = 0};
        enum vq_ws_event e = vq_ws_read(&w, &in, &m);
        at += part - in.n;
        require((e == VQ_WS_BAD) == (w.why != NULL));
        require(e != VQ_WS_MORE || in.n == 0);
        if (e == VQ_WS_BAD) {
            sum ^= 1;
            break;
        }
        if (e == VQ_WS_MORE)
            continue;
        require(m.payload.n <= (e == VQ_WS_CONTROL ? VQ_WS_CONTROL_MAX : CAP));
        sum = (sum ^ m.opcode ^ (uint64_t)e << 8 ^ (uint64_t)m.masked << 16) * 1099511628211u;
        for (size_t i = 0; i < m.payload.n; i++)
            sum = (sum ^ m.payload.p[i]) * 1099511628211u;
    }
    free(room);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    size_t size = 0;
    enum vq_ws_opening o = vq_ws_opening(vq_slice(data, n), &size);
    if (o == VQ_WS_REQUEST || o == VQ_WS_RESPONSE) {
        require(size > 0 && size <= n && size <= VQ_WS_HEAD_MAX);
        data += size;
        n -= size;
    }
    uint64_t whole = read_all(data, n, n ? n : 1);
    require(read_all(data, n, 1) == whole);
    require(read_all(data, n, 7) == whole);
    return 0;
}
