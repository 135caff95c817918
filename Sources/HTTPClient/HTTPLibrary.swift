import CCurl

/// The library that the client stands on.
package enum HTTPLibrary {
    /// libcurl's version, as it runs: `7.88.1`.
    package static var version: String { String(cString: rewind_curl_version()) }
}
