#include <microhttpd.h>

// Swift cannot import variadic functions; this is the one form Rewind's servers need.
static inline struct MHD_Daemon *rewind_mhd_start(
    unsigned int flags, unsigned short port, const struct sockaddr *address,
    MHD_AccessHandlerCallback handler, void *handler_context,
    MHD_RequestCompletedCallback completed, void *completed_context,
    unsigned int threads, unsigned int timeout_seconds)
{
    struct MHD_OptionItem threaded[] = {
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)threads, 0}, {MHD_OPTION_END, 0, 0}};
    struct MHD_OptionItem single[] = {{MHD_OPTION_END, 0, 0}};
    return MHD_start_daemon(flags, port, 0, 0, handler, handler_context,
        MHD_OPTION_SOCK_ADDR, address,
        MHD_OPTION_NOTIFY_COMPLETED, completed, completed_context,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds,
        MHD_OPTION_ARRAY, threads > 1 ? threaded : single,
        MHD_OPTION_END);
}

static inline unsigned short rewind_mhd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}
