import Foundation

/// Where a private server has its files and its socket. Nobody else may look into it.
struct PrivateDirectory: Sendable {
    let path: String

    var data: String { path + "/data" }
    var log: String { path + "/log" }
    /// A named pipe that all processes of the server hold open and only they: its end is theirs.
    var life: String { path + "/life" }

    /// The name to make it under, with six X for what makes it unique.
    /// - Parameter parent: `/tmp` when `nil`, as the environment's temporary directory can be too long for a socket.
    static func pattern(in parent: URL?) throws -> String {
        let pattern = (parent?.path ?? "/tmp") + "/rewind-postgres-XXXXXX"
        if let reason = objection(to: pattern) {
            throw PostgresFailure.unusableDirectory(path: pattern, reason: reason)
        }
        return pattern
    }

    /// Gives it to the user the server runs as.
    func give(to account: Account) throws {
        guard chown(path, account.user, account.group) == 0 else {
            throw PostgresFailure.unusableDirectory(path: path, reason: String(cString: strerror(errno)))
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// The end of what the programs wrote.
    var logTail: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(10).joined(separator: "\n")
    }

    private static func objection(to path: String) -> String? {
        let longest = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
        let length = (path + "/.s.PGSQL.\(PrivatePostgres.port)").utf8.count
        if length > longest {
            return "the path of its socket would have \(length) bytes, and the system allows \(longest)"
        }
        return path.contains(",") ? "a comma in a path is read as the end of it" : nil
    }
}

/// Whom a server runs as when we are root, as it refuses to run as that.
struct Account: Sendable {
    let user: uid_t
    let group: gid_t

    private static let setpriv = "/usr/bin/setpriv"

    /// `nil` when the server can run as who we are.
    /// - Throws: ``PostgresFailure/noOtherUser``.
    static func forServer() throws -> Account? {
        guard geteuid() == 0 else { return nil }
        guard FileManager.default.isExecutableFile(atPath: setpriv),
            let account = named("postgres") ?? named("nobody")
        else { throw PostgresFailure.noOtherUser }
        return account
    }

    /// What goes before a command so that this user runs it.
    var prefix: [String] { [Self.setpriv, "--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--"] }

    private static func named(_ name: String) -> Account? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return Account(user: entry.pw_uid, group: entry.pw_gid)
    }
}
