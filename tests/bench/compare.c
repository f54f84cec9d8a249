/* Holds a JSON report against the generator's truth: every call, registration and stream, its packets and its losses.
 * A fast wrong answer is worth nothing, so the bench asks this first. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned differences;

static void differ(const char *what, const char *key, const char *truth, const char *report)
{
    if (++differences <= 20)
        fprintf(stderr, "compare: %s %s: generated %s, reported %s\n", what, key, truth, report);
}

static const char *text(const json_t *object, const char *name)
{
    const char *s = json_string_value(json_object_get(object, name));
    return s ? s : "";
}

/* What the report says, as one flat object: key of the thing -> value to compare. Taking a key out marks it as met. */
static json_t *flatten(const json_t *report)
{
    json_t *flat = json_object(), *call_ids = json_object(), *item;
    size_t i;
    char key[512], value[128];
    json_array_foreach(json_object_get(report, "registrations"), i, item)
    {
        snprintf(key, sizeof key, "registration %s", text(item, "call_id"));
        json_object_set_new(flat, key, json_string(text(item, "outcome")));
    }
    json_array_foreach(json_object_get(report, "calls"), i, item)
    {
        const char *id = text(item, "call_id");
        char *number = json_dumps(json_object_get(item, "id"), JSON_ENCODE_ANY);
        json_object_set_new(call_ids, number ? number : "", json_string(id));
        free(number);
        snprintf(key, sizeof key, "call %s", id);
        json_object_set_new(flat, key, json_string(text(item, "state")));
    }
    json_array_foreach(json_object_get(report, "streams"), i, item)
    {
        char *number = json_dumps(json_object_get(item, "call"), JSON_ENCODE_ANY);
        snprintf(key, sizeof key, "stream %s %s %s %s", text(call_ids, number ? number : ""), text(item, "src"),
                 text(item, "dst"), text(item, "ssrc"));
        free(number);
        snprintf(value, sizeof value, "%lld packets, %lld lost",
                 (long long)json_integer_value(json_object_get(item, "packets")),
                 (long long)json_integer_value(json_object_get(item, "lost")));
        json_object_set_new(flat, key, json_string(value));
    }
    json_decref(call_ids);
    return flat;
}

static void check_line(json_t *flat, char *line)
{
    char *field[7] = {0}, key[512], value[128];
    int n = 0;
    line[strcspn(line, "\n")] = 0;
    for (char *save, *word = strtok_r(line, "\t", &save); word && n < 7; word = strtok_r(NULL, "\t", &save))
        field[n++] = word;
    if (n == 7) {
        snprintf(key, sizeof key, "%s %s %s %s %s", field[0], field[1], field[2], field[3], field[4]);
        snprintf(value, sizeof value, "%s packets, %s lost", field[5], field[6]);
    } else if (n == 3) {
        snprintf(key, sizeof key, "%s %s", field[0], field[1]);
        snprintf(value, sizeof value, "%s", field[2]);
    } else {
        differ("line of truth", line, "3 or 7 fields", "neither");
        return;
    }
    const char *reported = json_string_value(json_object_get(flat, key));
    if (!reported || strcmp(reported, value) != 0)
        differ("", key, value, reported ? reported : "nothing");
    json_object_del(flat, key);
}

int main(int argc, char **argv)
{
    json_error_t error;
    json_t *report = argc == 3 ? json_load_file(argv[2], 0, &error) : NULL;
    FILE *truth = argc == 3 ? fopen(argv[1], "r") : NULL;
    if (!report || !truth) {
        fprintf(stderr, "compare: %s\n",
                argc != 3 ? "usage: compare TRUTH REPORT"
                : report  ? strerror(errno)
                          : error.text);
        return 2;
    }
    json_t *flat = flatten(report);
    json_decref(report);
    char line[512];
    unsigned long lines = 0;
    for (; fgets(line, sizeof line, truth); lines++)
        check_line(flat, line);
    const char *key;
    json_t *value;
    json_object_foreach(flat, key, value) differ("", key, "nothing", json_string_value(value));
    fclose(truth);
    json_decref(flat);
    if (differences || !lines) {
        fprintf(stderr, "compare: %u differences in %lu lines of truth\n", differences, lines);
        return 1;
    }
    printf("%lu calls, registrations and streams as generated\n", lines);
    return 0;
}
