"""A request in, a reply out: known commands, or a turn of the agent. No LangChain until it is needed."""
