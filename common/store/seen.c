#include "store/seen.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "base/log.h"
#include "store/call.h"
#include "store/dataset.h"
#include "store/definitions.h"
#include "store/functions.h"

#define SAVE_EVERY_MS  5000
#define WATCH_EVERY_MS 5000
#define FILE_BYTES_MAX (256 * 1024)
#define ORG_SIZE       33

struct org_seen {
    char org[ORG_SIZE];
    int64_t highest;
    int64_t last; /* on the connection judged last; 0 = none yet */
};

struct seen {
    char program[64];
    char folder[300], path[384], old_path[384];
    char dataset[ID_SIZE]; /* "" = nothing is remembered yet */
    int64_t adoption;
    struct org_seen *orgs; /* by name */
    size_t count;
    bool changed; /* against the file */
    struct loop_timer *timer;
    bool armed;
    struct loop *loop;
    struct redis *redis; /* that is watched */
    struct loop_timer *watch;
    loop_callback judge;
    void *context;
};

static bool load(struct seen *seen, struct error *error);
static bool load_json(struct seen *seen, const struct text *content, struct error *error);
static void save_soon(void *context);
static struct org_seen *find(const struct seen *seen, const char *org);
static struct org_seen *find_or_add(struct seen *seen, const char *org);

struct seen *seen_open(const struct settings *settings, const char *program, struct loop *loop,
                       struct error *error)
{
    struct seen *seen = memory_zeroed(1, sizeof *seen);
    snprintf(seen->program, sizeof seen->program, "%s", program);
    snprintf(seen->folder, sizeof seen->folder, "%s/state", settings->data_folder);
    snprintf(seen->path, sizeof seen->path, "%s/%s" SEEN_SUFFIX, seen->folder, program);
    snprintf(seen->old_path, sizeof seen->old_path, "%s/%s.dataset", seen->folder, program);
    if (!load(seen, error)) {
        error_prefix(error, "cannot read what %s has seen of Redis", program);
        seen->changed = false;
        seen_close(&seen);
        return NULL;
    }
    seen->loop = loop;
    if (loop != NULL)
        seen->timer = loop_timer_new(loop, save_soon, seen);
    return seen;
}

void seen_close(struct seen **seen)
{
    struct error error;
    if (*seen == NULL)
        return;
    if (!seen_save(*seen, &error))
        log_warning("%s", error.text);
    loop_timer_free(&(*seen)->timer);
    loop_timer_free(&(*seen)->watch);
    free((*seen)->orgs);
    free(*seen);
    *seen = NULL;
}

/* --- the file --- */

static bool load(struct seen *seen, struct error *error)
{
    struct text content = {0};
    bool there = access(seen->path, F_OK) == 0, old = !there && access(seen->old_path, F_OK) == 0;
    if (!there && !old)
        return true; /* the first time */
    bool read = file_read(there ? seen->path : seen->old_path, FILE_BYTES_MAX, &content, error);
    if (read && there) {
        read = load_json(seen, &content, error) || error_prefix(error, "%s", seen->path);
    } else if (read) { /* as it was kept before there were numbers */
        read = content.bytes == ID_CHARS && text_copy(seen->dataset, sizeof seen->dataset, content.chars);
        read = read || error_set(error, "%s: no id of a data set", seen->old_path);
        seen->changed = true;
    }
    text_free(&content);
    return read;
}

static bool load_json(struct seen *seen, const struct text *content, struct error *error)
{
    cJSON *tree = json_parse(content->chars == NULL ? "" : content->chars, content->bytes, error);
    if (tree == NULL)
        return false;
    const cJSON *dataset = cJSON_GetObjectItemCaseSensitive(tree, "dataset");
    const cJSON *adoption = cJSON_GetObjectItemCaseSensitive(tree, "adoption");
    const cJSON *orgs = cJSON_GetObjectItemCaseSensitive(tree, "orgs"), *org;
    bool read = cJSON_IsString(dataset) && strlen(dataset->valuestring) == ID_CHARS &&
                text_copy(seen->dataset, sizeof seen->dataset, dataset->valuestring) &&
                cJSON_IsNumber(adoption) && cJSON_IsArray(orgs);
    seen->adoption = read ? (int64_t)adoption->valuedouble : 0;
    cJSON_ArrayForEach(org, orgs)
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(org, "org");
        const cJSON *commit = cJSON_GetObjectItemCaseSensitive(org, "commit");
        read = read && cJSON_IsString(name) && strlen(name->valuestring) < ORG_SIZE && cJSON_IsNumber(commit);
        if (read)
            find_or_add(seen, name->valuestring)->highest = (int64_t)commit->valuedouble;
    }
    cJSON_Delete(tree);
    return read || error_set(error, "not what this program writes");
}

/* An administrator's command leaves a file that the service's own user can read. */
static void own_like_folder(const struct seen *seen)
{
    struct stat folder;
    if (geteuid() == 0 && stat(seen->folder, &folder) == 0 &&
        chown(seen->path, folder.st_uid, folder.st_gid) != 0)
        log_warning("%s: %s", seen->path, strerror(errno));
}

bool seen_save(struct seen *seen, struct error *error)
{
    if (!seen->changed || seen->dataset[0] == '\0')
        return true;
    struct text text = {0};
    text_add(&text, "{\"dataset\":");
    json_add_string(&text, seen->dataset);
    text_addf(&text, ",\"adoption\":%lld,\"orgs\":[", (long long)seen->adoption);
    for (size_t i = 0; i < seen->count; i++) {
        text_add(&text, i == 0 ? "{\"org\":" : ",{\"org\":");
        json_add_string(&text, seen->orgs[i].org);
        text_addf(&text, ",\"commit\":%lld}", (long long)seen->orgs[i].highest);
    }
    text_add(&text, "]}\n");
    bool saved = file_make_folder(seen->folder, error) &&
                 file_replace(seen->path, text.chars, text.bytes, 0600, error);
    text_free(&text);
    if (!saved)
        return error_prefix(error, "what %s has seen of Redis cannot be kept", seen->program);
    seen->changed = false;
    (void)unlink(seen->old_path);
    own_like_folder(seen);
    return true;
}

static void save_soon(void *context)
{
    struct seen *seen = context;
    struct error error;
    seen->armed = false;
    if (!seen_save(seen, &error)) {
        log_warning("%s", error.text); /* memory is exact; the next number that changes tries again */
    }
}

/* --- the numbers --- */

/* The place of the org, or where it belongs. */
static size_t place_of(const struct seen *seen, const char *org)
{
    size_t low = 0, high = seen->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(seen->orgs[middle].org, org) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct org_seen *find(const struct seen *seen, const char *org)
{
    size_t place = place_of(seen, org);
    return place < seen->count && strcmp(seen->orgs[place].org, org) == 0 ? &seen->orgs[place] : NULL;
}

static struct org_seen *find_or_add(struct seen *seen, const char *org)
{
    struct org_seen *found = find(seen, org);
    if (found != NULL)
        return found;
    size_t place = place_of(seen, org);
    seen->orgs = memory_resized(seen->orgs, seen->count + 1, sizeof *seen->orgs);
    memmove(&seen->orgs[place + 1], &seen->orgs[place], (seen->count - place) * sizeof *seen->orgs);
    seen->count++;
    seen->orgs[place] = (struct org_seen){.highest = 0};
    snprintf(seen->orgs[place].org, sizeof seen->orgs[place].org, "%s", org);
    return &seen->orgs[place];
}

bool seen_take(struct seen *seen, const char *org, int64_t number)
{
    if (number == 0)
        return true;
    struct org_seen *known = find_or_add(seen, org);
    if (number < known->last)
        return false;
    known->last = number;
    if (number > known->highest) {
        known->highest = number;
        seen->changed = true;
        if (seen->timer != NULL && !seen->armed) {
            loop_timer_arm(seen->timer, SAVE_EVERY_MS);
            seen->armed = true;
        }
    }
    return true;
}

int64_t seen_number(const struct seen *seen, const char *org)
{
    const struct org_seen *known = find(seen, org);
    return known == NULL ? 0 : known->highest;
}

int64_t seen_adoption(const struct seen *seen)
{
    return seen->adoption;
}

const char *seen_dataset(const struct seen *seen)
{
    return seen->dataset;
}

/* --- watching --- */

static void watch_ask(void *context);

void seen_watch(struct seen *seen, struct redis *redis, loop_callback judge, void *context)
{
    seen->redis = redis;
    seen->judge = judge;
    seen->context = context;
    seen->watch = loop_timer_new(seen->loop, watch_ask, seen);
    loop_timer_arm(seen->watch, WATCH_EVERY_MS);
}

static void watch_on_dataset(void *context, const struct redis_value *value)
{
    struct seen *seen = context;
    bool answered = value != NULL && redis_count(value) == 2;
    bool marked = answered && redis_kind(redis_item(value, 1)) == REDIS_TEXT;
    if (marked || (answered && strcmp(redis_text(redis_item(value, 0)), seen->dataset) != 0))
        seen->judge(seen->context);
}

static void watch_on_version(void *context, const struct redis_value *value)
{
    struct seen *seen = context;
    bool other = value != NULL && redis_kind(value) == REDIS_TEXT &&
                 strcmp(redis_text(value), store_functions_version) != 0;
    if (other)
        seen->judge(seen->context);
}

static void watch_ask(void *context)
{
    struct seen *seen = context;
    struct redis_command command = {0};
    dataset_watch_command(&command);
    redis_send(seen->redis, &command, watch_on_dataset, seen);
    functions_version_command(&command);
    redis_send(seen->redis, &command, watch_on_version, seen);
    redis_command_free(&command);
    loop_timer_arm(seen->watch, WATCH_EVERY_MS);
}

/* --- judging --- */

/* Numbers that are known to have been given become ours. */
static void take_highest(struct seen *seen, const struct seen *other)
{
    for (size_t i = 0; i < other->count; i++) {
        struct org_seen *known = find_or_add(seen, other->orgs[i].org);
        if (other->orgs[i].highest > known->highest) {
            known->highest = other->orgs[i].highest;
            seen->changed = true;
        }
    }
}

/* What the other programs of this data folder have on record, as far as it is of our data set: their numbers since the
 * last adoption that any of them knows of. One whose file cannot be read says so itself. */
static void read_others(const struct seen *seen, struct seen *others_out)
{
    DIR *folder = opendir(seen->folder);
    *others_out = (struct seen){.adoption = -1};
    for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        struct seen other = {0};
        struct error ignored;
        const char *suffix = strrchr(entry->d_name, '.');
        int chars = snprintf(other.path, sizeof other.path, "%s/%s", seen->folder, entry->d_name);
        bool is_other = suffix != NULL && strcmp(suffix, SEEN_SUFFIX) == 0 &&
                        (size_t)chars < sizeof other.path && strcmp(other.path, seen->path) != 0;
        if (is_other && load(&other, &ignored) && strcmp(other.dataset, seen->dataset) == 0) {
            if (other.adoption > others_out->adoption) {
                others_out->count = 0;
                others_out->adoption = other.adoption;
            }
            if (other.adoption == others_out->adoption)
                take_highest(others_out, &other);
        }
        free(other.orgs);
    }
    if (folder != NULL)
        closedir(folder);
}

/* Redis is behind, and everybody shall know: the mark stands until the data set is adopted. */
static enum seen_verdict mark_behind(const struct seen *seen, struct redis_link *link, const char *why,
                                     struct error *error)
{
    struct error ignored;
    if (!dataset_mark_behind(link, seen->program, why, seen->adoption, &ignored))
        log_warning("Redis is behind, and cannot be marked so: %s", ignored.text);
    (void)error_set(error,
                    "Redis is behind what %s has seen: %s; it lost writes that it had acknowledged (a "
                    "failover, or a restored backup): run `pulssi adopt`",
                    seen->program, why);
    return SEEN_BEHIND;
}

static void forget(struct seen *seen, int64_t adoption)
{
    seen->count = 0;
    seen->adoption = adoption;
    seen->changed = true;
}

/* The server's number of each org; false when one cannot be asked for. The first org that is behind is named. */
static bool take_numbers(struct seen *seen, struct redis_link *link, struct error *why, struct error *error)
{
    static char names[ORGS_MAX][ORG_SIZE];
    size_t count = 0;
    int64_t number = 0;
    if (!orgs_list(link, names, ORGS_MAX, &count, error))
        return false;
    for (size_t i = 0; i < count; i++)
        (void)find_or_add(seen, names[i]);
    for (size_t i = 0; i < seen->count; i++) {
        struct redis_command command = {0};
        commit_number_command(&command, seen->orgs[i].org);
        bool queued = redis_link_queue(link, &command, error);
        redis_command_free(&command);
        if (!queued)
            return false;
    }
    bool read = true;
    for (size_t i = 0; i < seen->count; i++) {
        struct org_seen *known = &seen->orgs[i];
        struct redis_value *value = redis_link_take(link, error);
        read = read && value != NULL;
        number = value == NULL ? 0 : redis_int(value);
        redis_value_free(&value);
        if (read && number < known->highest && why->text[0] == '\0')
            (void)error_set(why, "org %s is at commit %lld, and %lld was seen", known->org, (long long)number,
                            (long long)known->highest);
        if (read && number > known->highest) {
            known->highest = number;
            seen->changed = true;
        }
        known->last = 0;
    }
    return read;
}

static enum seen_verdict refuse_other(const struct seen *seen, const char *found, struct error *error)
{
    if (seen->dataset[0] == '\0')
        (void)error_set(error, "Redis holds no Pulssi data set: run `pulssi store install`");
    else
        (void)error_set(
            error,
            "Redis holds %s%s, but %s worked with another before (%s): this is another Redis, or it was "
            "flushed; correct [redis] address, or restore a backup; to begin anew all the same stop the "
            "programs and remove %s/*" SEEN_SUFFIX,
            found[0] == '\0' ? "no data set" : "data set ", found, seen->program, seen->dataset,
            seen->folder);
    return SEEN_OTHER;
}

static enum seen_verdict judge_found(struct seen *seen, const struct seen *others,
                                     const struct dataset *found, struct redis_link *link,
                                     struct error *error)
{
    struct error why = {""};
    bool is_known = seen->dataset[0] != '\0';
    if (found->id[0] == '\0' || (is_known && strcmp(seen->dataset, found->id) != 0))
        return refuse_other(seen, found->id, error);
    if (!is_known || found->adoption > seen->adoption)
        forget(seen, found->adoption);
    if (is_known && others->adoption > seen->adoption)
        forget(seen, others->adoption);
    if (is_known && others->adoption == seen->adoption)
        take_highest(seen, others);
    snprintf(seen->dataset, sizeof seen->dataset, "%s", found->id);
    if (found->behind[0] != '\0') {
        (void)error_set(error, "Redis is behind, as %s: run `pulssi adopt`", found->behind);
        return SEEN_BEHIND;
    }
    if (found->adoption < seen->adoption)
        (void)error_set(&why, "it was adopted %lld times, and %lld were seen", (long long)found->adoption,
                        (long long)seen->adoption);
    else if (!take_numbers(seen, link, &why, error))
        return SEEN_FAILED;
    if (why.text[0] != '\0')
        return mark_behind(seen, link, why.text, error);
    return seen_save(seen, error) ? SEEN_GOOD : SEEN_FAILED;
}

/* What others have on record is read first: Redis can only have gone on since. */
enum seen_verdict seen_judge(struct seen *seen, struct redis_link *link, struct error *error)
{
    struct dataset found;
    struct seen others;
    enum seen_verdict verdict = SEEN_FAILED;
    read_others(seen, &others);
    if (dataset_read(link, &found, error))
        verdict = judge_found(seen, &others, &found, link, error);
    free(others.orgs);
    return verdict;
}
