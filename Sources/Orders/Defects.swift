/// The bugs a service is running with, asked at the places where they sit. None in the correct service.
public struct Defects: Sendable {
    private let bugs: Set<Bug>

    /// Runs with these bugs.
    public init(_ bugs: Set<Bug> = []) {
        self.bugs = bugs
    }

    /// A condition that must hold, unless the bug is that it is not checked.
    public func guarding(_ bug: Bug, _ condition: Bool) -> Bool {
        bugs.contains(bug) || condition
    }

    /// Whether the bug is there, for those that do something wrong and not merely leave out a check.
    public func has(_ bug: Bug) -> Bool {
        bugs.contains(bug)
    }
}
