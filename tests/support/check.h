/* check.h - cmocka with the headers that it wants before it. */
#ifndef VQ_TESTS_CHECK_H
#define VQ_TESTS_CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define assert_close(a, b, eps) assert_true(fabs((double)(a) - (double)(b)) <= (eps))

#endif
