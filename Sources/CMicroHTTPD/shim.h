#include <errno.h>
#include <microhttpd.h>
#include <string.h>

// Paths and queries arrive as they were sent: the default decoding would cut them off at "%00".
static inline size_t rewind_mhd_keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    return strlen(text);
}

// Swift cannot import variadic functions; this is the one form Rewind's servers need.
// No threads means one for each connection. Returns NULL on failure and says why in *error (an errno value, 0 if the cause is not known).
static inline struct MHD_Daemon *rewind_mhd_start(
    unsigned short port, const struct sockaddr *address,
    MHD_AccessHandlerCallback handler, void *handler_context,
    MHD_RequestCompletedCallback completed, void *completed_context,
    unsigned int threads, unsigned int timeout_seconds, int *error)
{
    struct MHD_OptionItem threaded[] = {
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, 0}, {MHD_OPTION_END, 0, 0}};
    struct MHD_OptionItem single[] = {{MHD_OPTION_END, 0, 0}};
    // Threads of its own, on the best polling there is, which can be stopped while they wait.
    unsigned int flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC;
    if (threads == 0) flags |= MHD_USE_THREAD_PER_CONNECTION;
    errno = 0;
    struct MHD_Daemon *daemon = MHD_start_daemon(flags, port, 0, 0, handler, handler_context,
        MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_NOTIFY_COMPLETED, completed, completed_context,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_UNESCAPE_CALLBACK, rewind_mhd_keep_escapes, (void *)0,
        MHD_OPTION_ARRAY, threads > 1 ? threaded : single,
        MHD_OPTION_END);
    *error = daemon ? 0 : errno;
    return daemon;
}

static inline unsigned short rewind_mhd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}
