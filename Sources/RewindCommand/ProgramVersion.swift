import CRevision

/// What this program is.
enum ProgramVersion {
    static let number = "0.1.0"

    /// The commit and its day, or that they are unknown.
    static var revision: String { String(cString: rewind_revision()) }

    /// `rewind 0.1.0 (ba57965, 2026-11-21)`
    static var full: String { "rewind \(number) (\(revision))" }
}
