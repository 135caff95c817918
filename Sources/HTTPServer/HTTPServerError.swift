import Foundation

/// Why a server could not start.
public enum HTTPServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The host is not an address of this machine's loopback interface.
    case hostNotLoopback(String)
    /// Another process, or another server of this one, listens there.
    case portInUse(host: String, port: UInt16)
    /// The system refused for another reason, given as an `errno` value.
    case cannotListen(host: String, port: UInt16, code: Int32)

    /// One sentence: what was refused, and what to do.
    public var description: String {
        switch self {
        case .hostNotLoopback(let host):
            "Cannot listen on \"\(host)\": this server is for tests on one machine and takes loopback addresses only, "
                + "such as 127.0.0.1."
        case .portInUse(let host, let port):
            "Cannot listen on \(host):\(port): the port is in use; stop the other server, or use port 0 for a free one."
        case .cannotListen(let host, let port, let code):
            "Cannot listen on \(host):\(port): \(code == 0 ? "unknown cause" : String(cString: strerror(code)))."
        }
    }
}
