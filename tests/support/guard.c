#include "support/guard.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void guard_init(struct vq_guard *g, size_t room)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    g->room = (room + page - 1) / page * page;
    g->map = g->room + page;
    g->base = mmap(NULL, g->map, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(g->base != MAP_FAILED);
    int rc = mprotect(g->base + g->room, page, PROT_NONE);
    assert(rc == 0);
    (void)rc;
}

void guard_done(struct vq_guard *g)
{
    munmap(g->base, g->map);
}

const uint8_t *guard_put(struct vq_guard *g, const void *data, size_t n)
{
    assert(n <= g->room);
    uint8_t *p = g->base + g->room - n;
    if (n)
        memcpy(p, data, n);
    return p;
}
