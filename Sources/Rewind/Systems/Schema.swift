/// How the columns of a system are to be read when two states are compared.
public struct Schema: Sendable, Hashable {
    public var tables: [String: Table]

    public init(tables: [String: Table] = [:]) {
        self.tables = tables
    }

    /// One table, with its columns in the order of the cells of its rows.
    public struct Table: Sendable, Hashable {
        public var columns: [Column]
        /// Where the cells of a row's key stand among its cells; empty when the key is none of them, as a rowid.
        ///
        /// `nil` when single cells must not be altered: rows without a key, or whose other cells follow from these.
        public var key: [Int]?

        public init(columns: [Column], key: [Int]? = nil) {
            self.columns = columns
            self.key = key
        }
    }

    public struct Column: Sendable, Hashable {
        public var name: String
        public var role: Role
        /// Whether it stores any text as it is given, neither refused nor spelled in another way.
        public var takesAnyText: Bool

        public init(_ name: String, _ role: Role = .plain, takesAnyText: Bool = false) {
            self.name = name
            self.role = role
            self.takesAnyText = takesAnyText
        }

        /// Whether a column by that name holds a time that the system sets, as far as names tell.
        public static func isNamedLikeTimestamp(_ name: String) -> Bool {
            let name = name.lowercased()
            if name.hasSuffix("_at") || name.hasSuffix("timestamp") { return true }
            return ["created", "updated", "modified", "created_on", "updated_on", "modified_on"].contains(name)
        }
    }

    /// What a column's values mean for identity.
    public enum Role: Sendable, Hashable {
        /// Compared as they are (a UUID first seen on the path is still renamed by its shape).
        case plain
        /// A generated identifier; equal numbers in different namespaces are different things.
        case identifier(namespace: String)
        /// A point in time that the system sets: only whether it is set counts for identity.
        case timestamp
    }
}
