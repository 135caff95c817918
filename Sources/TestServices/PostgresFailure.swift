/// Why a private server is not there.
public enum PostgresFailure: Error, Equatable, CustomStringConvertible {
    /// No directory has the programs of a server that is new enough.
    case notInstalled
    /// A server refuses to run as root, and there is no way to run it as somebody else.
    case noOtherUser
    /// The directory for its files can't be made or used.
    case unusableDirectory(path: String, reason: String)
    /// A program of this machine could not be started.
    case notExecutable(program: String, reason: String)
    /// `initdb` or `postgres` gave up, or was not ready in time.
    /// - Parameter log: the last lines it wrote.
    case didNotStart(log: String)
    /// Sessions of a killed server are still at work, and no other server may open their files.
    case sessionsRemain(seconds: Int)
    /// It was stopped, and its directory is gone.
    case stopped
    /// `psql` failed.
    case refused(sql: String, message: String)

    public var description: String {
        switch self {
        case .notInstalled:
            "PostgreSQL \(PostgresPrograms.oldestVersion) or newer is not installed: no directory has initdb, postgres and "
                + "psql. Install it with `apt-get install postgresql` or `brew install postgresql`."
        case .noOtherUser:
            "PostgreSQL refuses to run as root, and this machine has no `setpriv` (package util-linux) or no user "
                + "`postgres` or `nobody` to run it as. Run as an ordinary user."
        case .unusableDirectory(let path, let reason):
            "The directory \(path) can't hold a private PostgreSQL: \(reason)."
        case .notExecutable(let program, let reason):
            "\(program) could not be started: \(reason)."
        case .didNotStart(let log):
            "The private PostgreSQL did not start. The end of its log:\n\(log)"
        case .sessionsRemain(let seconds):
            "The private PostgreSQL was killed, but sessions of it are still at work after \(seconds) seconds. A session "
                + "notices only when its statement waits or ends. End the statement, or its process, and restart again."
        case .stopped:
            "The private PostgreSQL was stopped, and its directory is gone. Start another one."
        case .refused(let sql, let message):
            "The private PostgreSQL refused “\(sql)”: \(message)"
        }
    }
}
