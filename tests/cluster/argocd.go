// Argo CD's controller, its repository server and the cache between them, in one program.
package main

import (
	"os"

	"github.com/alicebob/miniredis/v2"
	"github.com/spf13/cobra"

	controller "github.com/argoproj/argo-cd/v3/cmd/argocd-application-controller/commands"
	repositories "github.com/argoproj/argo-cd/v3/cmd/argocd-repo-server/commands"
)

func main() {
	program := &cobra.Command{Use: "argocd"}
	cache := &cobra.Command{Use: "cache ADDRESS", Args: cobra.ExactArgs(1), RunE: func(_ *cobra.Command, words []string) error {
		if err := miniredis.NewMiniRedis().StartAddr(words[0]); err != nil {
			return err
		}
		select {}
	}}
	program.AddCommand(controller.NewCommand(), repositories.NewCommand(), cache)
	if program.Execute() != nil {
		os.Exit(1)
	}
}
