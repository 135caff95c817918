import Foundation

/// Where a private server has its files and its socket. Nobody else may look into it.
struct PrivateDirectory: Sendable {
    let path: String

    var data: String { path + "/data" }
    var log: String { path + "/log" }
    /// A named pipe that all processes of the server hold open and only they: its end is theirs.
    var life: String { path + "/life" }

    /// Makes it, under a name of its own.
    /// - Parameters:
    ///   - parent: `/tmp` when `nil`, as the environment's temporary directory can be too long for a socket.
    ///   - account: whom it is to belong to, when that is somebody else.
    static func make(in parent: URL?, for account: Account?) throws -> PrivateDirectory {
        let pattern = (parent?.path ?? "/tmp") + "/rewind-postgres-XXXXXX"
        if let reason = objection(to: pattern) {
            throw PostgresFailure.unusableDirectory(path: pattern, reason: reason)
        }
        var name = Array(pattern.utf8CString)
        guard mkdtemp(&name) != nil else { throw unusable(pattern) }
        let directory = PrivateDirectory(
            path: String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self))
        guard mkfifo(directory.life, 0o600) == 0 else { throw unusable(directory.path) }
        if let account, chown(directory.path, account.user, account.group) != 0 { throw unusable(directory.path) }
        return directory
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

    private static func unusable(_ path: String) -> PostgresFailure {
        .unusableDirectory(path: path, reason: String(cString: strerror(errno)))
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
