/// One answer as it is spoken: pieces with pauses between them.
struct SpokenAnswer {
    var name: String
    var pieces: [String]
    /// Seconds after each piece but the last.
    var pauses: [Double]
}

enum Answers {
    /// Without a pause: what the end costs.
    static let ordinary: [String] = [
        "I have been a backend developer for about six years, mostly with Python and Go.",
        "Yes, I have done that many times.",
        "We moved the whole system to a new database without any downtime.",
        "I would first look at the logs, then at the metrics, and then try to reproduce the problem.",
        "No, not really.",
        "My biggest weakness is that I sometimes take on too much at once.",
        "The hardest part was convincing the other teams that the change was necessary.",
        "I usually write a small design document and ask two colleagues to review it.",
        "About five years.",
        "In the end we decided to keep the old service and to rewrite only the slow parts.",
        "I studied computer science in Munich and finished in two thousand and fifteen.",
        "What I like most about my work is solving problems together with other people.",
        "Could you repeat the question, please?",
        "I think it was the right decision at that time.",
        "We had a cache in front of the database, and it was not invalidated correctly.",
        "I led a team of four engineers.",
        "Because it was faster and much easier to maintain.",
        "My manager told me that I should speak up more often in meetings.",
        "I would say that testing is the most important part.",
        "That's all from my side, thank you.",
    ]

    /// With thinking pauses inside sentences, between clauses and behind finished sentences.
    static let thinking: [([String], [Double])] = [
        (["I was responsible for,", "um,", "the payment service."], [0.7, 0.5]),
        (["In my last job I worked with", "a team of four engineers."], [0.9]),
        (["We had a problem with the database because", "nobody had looked at the indexes."], [1.0]),
        (["I would first check the logs, and then", "I would try to reproduce it."], [0.6]),
        (["The most difficult part was, well,", "convincing the other teams."], [1.2]),
        (["We used Kafka for the events,", "Postgres for the data,", "and Redis for the cache."], [0.4, 0.5]),
        (["It took us about", "three months."], [0.8]),
        (["That's a good question.", "I think I would start with the tests."], [1.1]),
        (["I worked at a small company.", "It was a startup in Berlin."], [0.7]),
        (["When I joined the team,", "there were no tests at all."], [0.5]),
        (["So,", "the first thing I did was to talk to everybody."], [0.6]),
        (["My manager and I", "did not always agree."], [0.5]),
        (["I have used Swift,", "Go, and a bit of Rust."], [0.8]),
        (["I think the main reason is that", "we never measured it."], [1.3]),
        (["We decided to rewrite the", "billing module."], [1.5]),
        (["Um,", "yes, I think so."], [1.0]),
        (["It was hard, but", "we managed to finish in time."], [0.7]),
        (["I led the project for two years.", "And after that I moved to another team."], [0.9]),
        (["If I could do it again,", "I would start smaller."], [0.4]),
        (["First of all,", "I would like to say that it was not only my work."], [0.6]),
        (["The system handled around ten thousand", "requests per second."], [0.5]),
        (["I like working with people who", "say what they think."], [0.9]),
        (["There were two options.", "We could wait, or we could build it ourselves."], [0.5]),
        (["I'm not sure, maybe", "in two thousand and nineteen."], [1.1]),
        (["Let me think.", "It was probably the migration."], [1.4]),
        (["We tested it with real users, and", "the results were very good."], [0.3]),
        (["I wrote the parser,", "the compiler,", "and most of the documentation."], [0.6, 0.9]),
        (["My goal is to", "lead a larger team one day."], [0.7]),
        (["What I learned from it is", "that communication matters."], [0.8]),
        (["I would ask the customer for", "an example."], [1.0]),
    ]

    /// Like `thinking`; written after the rules were tuned on that list, and never looked at while tuning.
    static let unseen: [([String], [Double])] = [
        (["I joined the company as an intern and", "became team lead after four years."], [0.8]),
        (["We noticed it when", "customers started to call us."], [1.1]),
        (["My favourite project was a", "small tool for our support team."], [0.6]),
        (["It was not easy.", "We had to learn everything from scratch."], [0.6]),
        (["I usually talk to the person first,", "and only then to my manager."], [0.5]),
        (["Hmm,", "I have never thought about that."], [0.9]),
        (["We increased the number of users from", "two hundred to about three thousand."], [1.2]),
        (["The reason why I want to leave is", "that I would like to learn something new."], [0.7]),
        (["I can give you an example.", "Last year our main server failed on a Sunday."], [0.8]),
        (["I would describe myself as", "patient, and", "quite stubborn."], [1.0, 0.5]),
        (["We measured the latency before and after the change,", "and it was half of what it had been."], [0.4]),
        (["You know,", "in a small team everybody does everything."], [0.6]),
        (["I spent most of my time on the front end of the", "customer portal."], [1.3]),
        (["Yes.", "I did that at university."], [0.5]),
        (["We had no budget for it, so", "I built a prototype in my spare time."], [0.9]),
        (["After the release", "we found three serious bugs."], [0.7]),
        (["The feedback was mostly positive,", "except for one customer."], [0.8]),
        (["I read a lot, and I go to meetups if", "I have the time."], [1.0]),
        (["Our team was distributed over three countries.", "That made meetings difficult."], [0.7]),
        (["I think I am good at", "explaining things."], [1.5]),
    ]

    /// Like `thinking`, with lengths of the pauses that were drawn by lot (0.3 to 1.5 s). Written after the rules were tuned on
    /// `thinking` and `unseen`.
    static let fresh: [([String], [Double])] = [
        (["I started as a tester,", "and later I moved to development."], [1.4]),
        (["The deadline was very short, so", "we had to leave out two features."], [0.5]),
        (["For me the most important thing is", "that people trust each other."], [0.7]),
        (["I wrote a script that", "removes old files every night."], [1.0]),
        (["Um,", "I would say two or three weeks."], [0.7]),
        (["My last project was for a bank.", "We replaced their payment system."], [0.3]),
        (["I spoke with the customer, and then", "with the support team."], [0.5]),
        (["We had around", "fifty thousand users at that time."], [0.7]),
        (["I learned Python at school,", "and Java at university."], [0.5]),
        (["The reason was", "a missing index in the database."], [1.0]),
        (["Well,", "it depends on the size of the team."], [0.8]),
        (["I was on call that night.", "The alarm went off at three."], [0.7]),
        (["I prefer small changes because", "they are easier to review."], [1.4]),
        (["Our manager wanted to", "release it before Christmas."], [0.6]),
        (["I have worked with Docker,", "Kubernetes,", "and Terraform."], [1.4, 0.9]),
        (["No.", "But I would like to learn it."], [0.7]),
        (["What surprised me was that", "nobody had noticed it before."], [0.4]),
        (["I usually begin with", "a simple drawing on paper."], [1.1]),
        (["If the test fails,", "I look at the last change first."], [0.7]),
        (["We talked about it for a long time.", "In the end we agreed on a compromise."], [1.4]),
        (["I think I can", "handle stress quite well."], [0.9]),
        (["There was a bug in the", "login form of the mobile app."], [1.3]),
        (["She asked me whether", "I could take over the project."], [1.1]),
        (["I am looking for a place where", "I can work on one product for longer."], [0.3]),
        (["The first version was slow, but", "the second one was fast enough."], [0.5]),
        (["I made a mistake.", "I deleted the wrong table."], [1.0]),
        (["Every Monday we", "looked at the numbers together."], [0.5]),
        (["I joined them in spring,", "and left after about a year."], [1.0]),
        (["Let me see,", "it must have been the summer of last year."], [1.3]),
        (["I enjoy teaching, and I", "often help new colleagues."], [0.7]),
    ]

    /// Whole answers of several sentences, with the short pauses of fluent speech.
    static let long: [([String], [Double])] = [
        (
            [
                "In my last job I led a small project from the first idea to the release.",
                "I planned the work with two colleagues,", "and we finished a week early.",
                "The customer was happy,", "and we used the same approach again the year after.",
            ], [0.4, 0.3, 0.5, 0.35]
        ),
        (
            [
                "I once found the cause of a slow page by looking at the numbers first.", "The query was fine,",
                "but it was called two hundred times for each visitor.", "So I put a cache in front of it,",
                "and the page was fast again the same day.",
            ], [0.5, 0.3, 0.45, 0.3]
        ),
        (
            [
                "We did not agree at the beginning.", "One half of the team wanted to rewrite everything,",
                "and the other half wanted to repair what we had.", "So we made a list of what mattered to our users,",
                "tried both ways for a week,", "and chose the one with the better result.",
            ], [0.45, 0.35, 0.5, 0.3, 0.3]
        ),
        (
            [
                "I ask what is needed and for whom.", "Then I write it down in simple words,",
                "and show it to somebody who knows the field better than I do.", "After that I build the part with the most risk first,",
                "because that is where I learn the most.",
            ], [0.4, 0.35, 0.5, 0.3]
        ),
    ]

    static let backchannels = ["Mm-hmm.", "Uh-huh.", "Yeah.", "Right.", "Okay.", "I see.", "Sure.", "Got it.", "Yes.", "Makes sense."]

    static let interruptions = [
        "Wait a moment.", "Sorry, can you repeat that?", "No.", "Stop.", "I have a question.", "Actually, that is not what I meant.",
        "Excuse me.", "Hold on.", "What do you mean?", "I already answered that.",
    ]
}
