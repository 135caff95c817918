/// Everything that was found wrong in an exploration file and its imports, in order of place.
public struct FileErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one.
    public let errors: [FileError]

    public init(_ errors: [FileError]) { self.errors = errors }

    /// One line each: `payments.yaml:12:5: …`.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}
