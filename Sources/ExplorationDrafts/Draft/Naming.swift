/// Names of actions and variables, made from those of an API.
enum Naming {
    /// `createOrder`, `create-order` and `Create Order` as `create_order`; begins with a letter.
    static func snakeCase(_ name: String) -> String {
        var words: [String] = [""]
        let characters = Array(name)
        for (index, character) in characters.enumerated() {
            guard character.isASCII, character.isLetter || character.isNumber else {
                words.append("")
                continue
            }
            if character.isUppercase, index > 0 {
                let previous = characters[index - 1]
                let nextIsLower = index + 1 < characters.count && characters[index + 1].isLowercase
                if previous.isLowercase || previous.isNumber || previous.isUppercase && nextIsLower { words.append("") }
            }
            words[words.count - 1] += character.lowercased()
        }
        let joined = words.filter { !$0.isEmpty }.joined(separator: "_")
        guard let first = joined.first else { return "" }
        return first.isNumber ? "n_" + joined : joined
    }

    /// `orders` as `order`, `countries` as `country`; a word that is no plural stays.
    static func singular(_ word: String) -> String {
        if word.count <= 3 { return word }
        if word.hasSuffix("ies") { return word.dropLast(3) + "y" }
        for ending in ["sses", "shes", "ches", "xes", "zes", "uses"] where word.hasSuffix(ending) {
            return String(word.dropLast(2))
        }
        let keeps = ["ss", "us", "is"].contains { word.hasSuffix($0) }
        return word.hasSuffix("s") && !keeps ? String(word.dropLast()) : word
    }

    /// Words of SQLite that can't stand bare in an expression, and names that the format gives a meaning.
    private static let reserved: Set<String> = [
        "value", "reply", "http_status", "order", "group", "index", "table", "select", "from", "where", "and", "or",
        "not", "null", "is", "in", "like", "case", "when", "then", "else", "end", "limit", "transaction", "check",
        "default", "values", "set", "to", "on", "as", "by", "having", "join", "union", "between", "exists", "unique",
        "primary", "references", "create", "delete", "update", "insert", "add", "alter", "drop", "commit", "rollback",
        "collate", "constraint", "distinct", "foreign", "escape", "isnull", "notnull", "using", "all", "if", "into",
        "current_date", "current_time", "current_timestamp", "returning", "except", "intersect", "deferrable",
        "natural",
        "left", "right", "inner", "outer", "cross", "full", "autoincrement", "raise", "minor", "none", "true", "false",
    ]

    /// A name that an expression can use.
    static func variable(_ name: String) -> String {
        let name = snakeCase(name)
        if name.isEmpty { return "it" }
        return reserved.contains(name) ? name + "_" : name
    }

    /// The name, or with a number behind it where it is taken.
    static func unique(_ name: String, among taken: Set<String>) -> String {
        guard taken.contains(name) else { return name }
        var number = 2
        while taken.contains("\(name)_\(number)") { number += 1 }
        return "\(name)_\(number)"
    }
}
