/* failing.h - the allocator of a program linked with OOM_WRAP (see the Makefile): the 1st, 2nd, 3rd ... allocation
 * of the library fails, and what is not freed is known. One source of such a program includes it. */
#ifndef VQ_TESTS_FAILING_H
#define VQ_TESTS_FAILING_H

#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);
void __wrap_free(void *p);

enum mode { FAIL_NONE, FAIL_ONE, FAIL_FROM };

static enum mode mode;
static unsigned long fail_at, asked, failed;
static long live;

static inline void arm(enum mode m, unsigned long n)
{
    mode = m;
    fail_at = n;
    asked = failed = 0;
}

static bool refuse(void)
{
    asked++;
    bool no = mode == FAIL_ONE ? asked == fail_at : mode == FAIL_FROM && asked >= fail_at;
    failed += no;
    return no;
}

void *__wrap_malloc(size_t n)
{
    void *p = refuse() ? NULL : __real_malloc(n);
    live += p != NULL;
    return p;
}

void *__wrap_calloc(size_t n, size_t size)
{
    void *p = refuse() ? NULL : __real_calloc(n, size);
    live += p != NULL;
    return p;
}

void *__wrap_realloc(void *old, size_t n)
{
    void *p = refuse() ? NULL : __real_realloc(old, n);
    live += p != NULL && !old;
    return p;
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
    void *p = refuse() ? NULL : __real_aligned_alloc(align, n);
    live += p != NULL;
    return p;
}

void __wrap_free(void *p)
{
    live -= p != NULL;
    __real_free(p);
}

#endif
