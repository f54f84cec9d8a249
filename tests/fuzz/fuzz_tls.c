/* Any bytes as a key log, and as both directions of a connection whose secrets are those of RFC 8448 3: in the pieces
 * that the input says and byte by byte they must say the same. Each piece of input is a byte (direction, and whether a
 * hole or the end comes before it), two of length, then bytes. */
#include <stdlib.h>

#include "session/tls_in.h"
#include "unit/proto/tls_vectors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool ok)
{
    if (!ok)
        abort();
}

struct reading {
    uint64_t sum[2];
    struct vq_budget budget;
    struct vq_tls *tls;
};

static void on_content(unsigned from, struct vq_slice content, void *arg)
{
    struct reading *r = arg;
    require(content.n > 0 && content.n <= VQ_TLS_SEALED_MAX);
    for (size_t i = 0; i < content.n; i++)
        r->sum[from] = (r->sum[from] ^ content.p[i]) * 1099511628211u;
}

static void converse(struct reading *r, struct vq_rd in, bool by_bytes)
{
    const struct vq_tls_reader to = {r->tls, &r->budget, on_content, r};
    struct vq_tls_conn *c = vq_tls_conn_new(&r->budget);
    require(c != NULL);
    while (vq_rd_left(&in) >= 3) {
        uint8_t what = vq_rd_u8(&in);
        size_t n = vq_rd_u16(&in);
        if (!n)
            break;
        n = n < vq_rd_left(&in) ? n : vq_rd_left(&in);
        struct vq_slice bytes = vq_rd_slice(&in, n);
        if (what & 2)
            vq_tls_conn_hole(c, what & 1, &r->budget);
        if (what & 4)
            vq_tls_conn_end(c, what & 1, &r->budget);
        for (size_t i = 0; by_bytes && i < n; i++)
            require(!vq_tls_conn_put(c, what & 1, vq_slice(bytes.p + i, 1), &to));
        if (!by_bytes && n)
            require(!vq_tls_conn_put(c, what & 1, bytes, &to));
        require(vq_tls_conn_fault(c) < VQ_TLS_FAULTS);
    }
    vq_tls_conn_free(c, &r->budget);
    require(!r->budget.used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct reading r[2];
    struct vq_slice text = vq_slice(data, n);
    struct vq_tls_secret s;
    for (enum vq_keylog_line l; (l = vq_keylog_read(&text, &s)) != VQ_KEYLOG_END;)
        require(l != VQ_KEYLOG_SECRET || (s.n >= 32 && s.n <= VQ_TLS_SECRET_MAX && s.label < VQ_TLS_LABELS));
    for (int i = 0; i < 2; i++) {
        r[i] = (struct reading){.budget = {.cap = 4 << 20}, .tls = vq_tls_new(4, 1)};
        require(r[i].tls && !vq_tls_keylog(r[i].tls, VQ_SLICE_LIT(RFC8448_LOG)));
        converse(&r[i], vq_rd(data, n), i);
        vq_tls_free(r[i].tls);
    }
    require(r[0].sum[0] == r[1].sum[0] && r[0].sum[1] == r[1].sum[1]);
    return 0;
}
