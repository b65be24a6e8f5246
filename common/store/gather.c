#include "store/gather.h"

#include <assert.h>
#include <stdlib.h>

#include "store/call.h"

#define CALL_ARGUMENTS 4 /* of a command before the function's own: FCALL, function, number of keys, key */

struct waiting {
    redis_callback callback;
    void *context;
};

/* The calls that go, or went, together. */
struct sheaf {
    struct waiting waiting[GATHER_CALLS_MAX];
    size_t count;
};

struct gather {
    struct redis *redis;
    struct loop_timer *timer;
    struct redis_command command; /* of the sheaf being filled */
    struct sheaf *sheaf;          /* NULL = nothing waits to be sent */
    char org[33];
};

static void gather_flush(void *context);
static void sheaf_on_answered(void *context, const struct redis_value *value);

struct gather *gather_new(struct loop *loop, struct redis *redis, const char *org)
{
    struct gather *gather = memory_zeroed(1, sizeof *gather);
    gather->redis = redis;
    gather->timer = loop_timer_new(loop, gather_flush, gather);
    (void)text_copy(gather->org, sizeof gather->org, org);
    return gather;
}

void gather_free(struct gather **gather)
{
    if (*gather == NULL)
        return;
    loop_timer_free(&(*gather)->timer);
    redis_command_free(&(*gather)->command);
    free((*gather)->sheaf);
    free(*gather);
    *gather = NULL;
}

void gather_send(struct gather *gather, const struct redis_command *command, redis_callback callback,
                 void *context)
{
    assert(command->count > CALL_ARGUMENTS);
    if (gather->sheaf == NULL) {
        gather->sheaf = memory_zeroed(1, sizeof *gather->sheaf);
        call_begin(&gather->command, "many", gather->org);
        loop_timer_arm(gather->timer, 0);
    }
    struct sheaf *sheaf = gather->sheaf;
    const char *argument = command->bytes.chars;
    for (size_t i = 0; i < command->count; i++) {
        if (i == 1) { /* the function's name */
            redis_command_add_bytes(&gather->command, argument, command->lengths[i]);
            redis_command_add_int(&gather->command, (int64_t)(command->count - CALL_ARGUMENTS));
        } else if (i >= CALL_ARGUMENTS) {
            redis_command_add_bytes(&gather->command, argument, command->lengths[i]);
        }
        argument += command->lengths[i];
    }
    sheaf->waiting[sheaf->count++] = (struct waiting){callback, context};
    if (sheaf->count == GATHER_CALLS_MAX)
        gather_flush(gather);
}

static void gather_flush(void *context)
{
    struct gather *gather = context;
    struct sheaf *sheaf = gather->sheaf;
    gather->sheaf = NULL;
    loop_timer_disarm(gather->timer);
    redis_send(gather->redis, &gather->command, sheaf_on_answered, sheaf);
}

/* An answer is {OK, answer of each call…, commit number}; anything else is everybody's. */
static void sheaf_on_answered(void *context, const struct redis_value *value)
{
    struct sheaf *sheaf = context;
    bool each = value != NULL && redis_count(value) == sheaf->count + 2;
    for (size_t i = 0; i < sheaf->count; i++)
        sheaf->waiting[i].callback(sheaf->waiting[i].context, each ? redis_item(value, i + 1) : value);
    free(sheaf);
}
