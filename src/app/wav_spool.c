/* wav_spool.c - see wav_spool.h. */
#include "app/wav_spool.h"

#include "app/sink.h"
#include "app/wav_codec.h"

#include <voipqos/codec.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER (256u << 10)
#define NONE UINT64_MAX

struct record {
    uint64_t before; /* the stream's record before this one, NONE */
    int64_t ts;
    uint32_t timestamp;
    uint16_t seq, n;
    uint8_t pt;
};

struct chain {
    uint64_t last;   /* record, NONE */
    uint32_t n;
    uint32_t cut;    /* packets whose payload was not captured to its end */
};

struct wav_spool {
    int fd, error;
    struct chain *chains; /* by handle */
    uint32_t n_chains;
    uint64_t size;        /* of the file, with what is in the buffer */
    size_t used;
    uint8_t buffer[BUFFER];
};

int wav_spool_open(struct wav_spool **out, const char *folder)
{
    struct wav_spool *sp = malloc(sizeof *sp);
    if (!sp)
        return -ENOMEM;
    int fd = scratch_open(folder);
    if (fd < 0) {
        free(sp);
        return fd;
    }
    *sp = (struct wav_spool){.fd = fd};
    *out = sp;
    return 0;
}

void wav_spool_close(struct wav_spool *sp)
{
    if (!sp)
        return;
    close(sp->fd);
    free(sp->chains);
    free(sp);
}

int wav_spool_error(const struct wav_spool *sp)
{
    return sp->error;
}

static void flush(struct wav_spool *sp)
{
    size_t done = 0;
    while (!sp->error && done < sp->used) {
        ssize_t n = write(sp->fd, sp->buffer + done, sp->used - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            sp->error = -errno;
    }
    sp->used = 0;
}

static void put(struct wav_spool *sp, const void *p, size_t n)
{
    if (!n)
        return;
    if (sp->used + n > BUFFER)
        flush(sp);
    memcpy(sp->buffer + sp->used, p, n);
    sp->used += n;
    sp->size += n;
}

static struct chain *chain_of(struct wav_spool *sp, uint32_t stream)
{
    if (stream >= sp->n_chains) {
        uint32_t n = stream < 1024 ? 1024 : stream * 2;
        struct chain *more = realloc(sp->chains, n * sizeof *more);
        if (!more) {
            sp->error = -ENOMEM;
            return NULL;
        }
        for (uint32_t i = sp->n_chains; i < n; i++)
            more[i] = (struct chain){NONE, 0, 0};
        sp->chains = more;
        sp->n_chains = n;
    }
    return &sp->chains[stream];
}

void wav_spool_tap(const struct vq_tapped *p, void *arg)
{
    struct wav_spool *sp = arg;
    if (sp->error || p->encrypted || (p->media != VQ_MEDIA_AUDIO && p->media != VQ_MEDIA_UNKNOWN))
        return;
    struct chain *c = chain_of(sp, p->stream);
    if (!c)
        return;
    if (p->begins)
        *c = (struct chain){NONE, 0, 0};
    c->cut += p->cut;
    if (p->cut || !p->n || p->n > WAV_PAYLOAD_MAX)
        return; /* a part of a packet makes clicks, and no packet of speech is that large */
    struct record r;
    memset(&r, 0, sizeof r); /* padding, too */
    r.before = c->last;
    r.ts = p->ts;
    r.timestamp = p->timestamp;
    r.seq = p->seq;
    r.n = (uint16_t)p->n;
    r.pt = p->pt;
    c->last = sp->size;
    c->n++;
    put(sp, &r, sizeof r);
    put(sp, p->payload, p->n);
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static int read_at(const struct wav_spool *sp, void *to, size_t n, uint64_t at)
{
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(sp->fd, (char *)to + done, n - done, (off_t)(at + done));
        if (got > 0)
            done += (size_t)got;
        else if (!got)
            return -EIO;
        else if (errno != EINTR)
            return -errno;
    }
    return 0;
}

enum wav_kept wav_spool_has(const struct wav_spool *sp, uint32_t stream)
{
    if (stream >= sp->n_chains || (!sp->chains[stream].n && !sp->chains[stream].cut))
        return WAV_KEPT_NOTHING;
    return sp->chains[stream].n ? WAV_KEPT_ALL : WAV_KEPT_CUT;
}

int wav_spool_read(struct wav_spool *sp, uint32_t stream, struct wav_packet **out, size_t *n)
{
    *out = NULL;
    *n = 0;
    flush(sp);
    if (stream >= sp->n_chains || !sp->chains[stream].n)
        return 0;
    const struct chain *c = &sp->chains[stream];
    size_t all = c->n, keep = all < WAV_PACKETS_MAX ? all : WAV_PACKETS_MAX;
    struct wav_packet *list = calloc(keep, sizeof *list);
    if (!list)
        return -ENOMEM;
    uint64_t at = c->last;
    for (size_t i = all; i--;) {
        struct record r;
        int rc = read_at(sp, &r, sizeof r, at);
        if (rc) {
            free(list);
            return rc;
        }
        if (i < keep)
            list[i] = (struct wav_packet){.ts = r.ts, .at = at + sizeof r, .timestamp = r.timestamp, .seq = r.seq,
                                          .n = r.n, .pt = r.pt};
        at = r.before;
    }
    *out = list;
    *n = keep;
    return 0;
}

int wav_spool_payload(const struct wav_spool *sp, const struct wav_packet *p, uint8_t *to)
{
    return read_at(sp, to, p->n, p->at);
}
