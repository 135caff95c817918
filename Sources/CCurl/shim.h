#include <curl/curl.h>

// Swift cannot import variadic functions; one typed form for each kind of option.
static inline CURLcode rewind_curl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode rewind_curl_set_string(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode rewind_curl_set_pointer(CURL *h, CURLoption o, const void *v) { return curl_easy_setopt(h, o, v); }
typedef size_t (*rewind_curl_sink)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode rewind_curl_set_sink(CURL *h, CURLoption o, rewind_curl_sink f) { return curl_easy_setopt(h, o, f); }
static inline CURLcode rewind_curl_get_long(CURL *h, CURLINFO i, long *out) { return curl_easy_getinfo(h, i, out); }
static inline CURLcode rewind_curl_get_offset(CURL *h, CURLINFO i, curl_off_t *out) { return curl_easy_getinfo(h, i, out); }
static inline CURLcode rewind_curl_get_socket(CURL *h, curl_socket_t *out) { return curl_easy_getinfo(h, CURLINFO_ACTIVESOCKET, out); }
static inline CURLcode rewind_curl_set_size(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
typedef int (*rewind_curl_before_request)(void *context, char *remote, char *local, int remote_port, int local_port);
static inline CURLcode rewind_curl_set_before_request(CURL *h, rewind_curl_before_request f) {
    return curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, f);
}
static inline const char *rewind_curl_version(void) { return curl_version_info(CURLVERSION_NOW)->version; }
